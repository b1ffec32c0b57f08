"""Each rule of the house is shown to fail on what breaks it, and to let pass what does not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.tools.made_up import function_of, tree_of
from tools.measure.checks import CHECKS, long_functions, reaching_past_a_face
from tools.measure.figures import figures
from tools.measure.tree import Tree

ROOT = Path(__file__).parents[2]
WORD = "TO" + "DO"
IGNORE = "# type" + ": ignore[misc]"
ROOM = {"src/diban/base/__init__.py": '"""A room."""\n', "src/diban/base/rows.py": ""}

# rule → what breaks it, and the words that name the offender
BROKEN: dict[str, tuple[Mapping[str, str], str]] = {
    "long_functions": ({"tests/test_a.py": function_of(61)}, "tests/test_a.py:1: long has 61 lines"),
    "long_files": ({"portal/src/ui/Page.vue": "x\n" * 501}, "portal/src/ui/Page.vue: 501 lines"),
    "empty_names": ({"src/diban/base_layer.py": ""}, "src/diban/base_layer.py"),
    "imports_inside_functions": ({"src/diban/a.py": "def f():\n    import os\n"}, "src/diban/a.py:2"),
    "import_knots": (
        {"src/diban/a.py": "import diban.b\n", "src/diban/b.py": "from diban import a\n"},
        "import knot of 2 modules: diban.a, diban.b",
    ),
    "reaching_past_a_face": (
        ROOM | {"src/diban/share/ogc/tiles.py": "from diban.base.rows import Row\n"},
        "src/diban/share/ogc/tiles.py:1: diban.base.rows is behind the face of diban.base",
    ),
    "rooms_without_docstring": ({"src/diban/base/__init__.py": "A = 1\n"}, "src/diban/base/__init__.py"),
    "unfinished_words": (
        {"src/diban/a.py": f"x = 1  # {WORD} more\n"},
        f"src/diban/a.py:1: the word '{WORD}'",
    ),
    "ignores_without_reason": ({"tools/a.py": f"x = 1  {IGNORE}\n"}, "tools/a.py:1"),
}


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: str(rule.__name__))
def test_each_rule_names_what_breaks_it(tmp_path: Path, rule: Callable[[Tree], list[str]]) -> None:
    files, offender = BROKEN[rule.__name__]
    offences = rule(tree_of(tmp_path, files))
    assert len(offences) == 1
    assert offender in offences[0]


def test_nine_functions_in_ten_are_short(tmp_path: Path) -> None:
    short = {f"src/diban/s{n}.py": function_of(5) for n in range(8)}
    long = {f"src/diban/l{n}.py": function_of(31) for n in range(2)}
    offences = long_functions(tree_of(tmp_path, short | long))
    assert "p90 of function length is 31" in offences[0]
    assert offences[1].startswith("src/diban/l0.py:1: long has 31 lines")


@pytest.mark.parametrize(
    ("place", "imported", "allowed"),
    [
        ("src/diban/base/query.py", "diban.base.rows", True),
        ("tests/base/test_rows.py", "diban.base.rows", True),
        ("tests/journey/test_road.py", "diban.base.rows", False),
        ("src/diban/app/wiring.py", "diban.base.embedded", True),
        ("src/diban/app/wiring.py", "diban.base.embedded.engine", False),
        ("src/diban/app/wiring.py", "diban.base", True),
    ],
)
def test_who_may_reach_behind_a_face(tmp_path: Path, place: str, imported: str, allowed: bool) -> None:
    offences = reaching_past_a_face(tree_of(tmp_path, ROOM | {place: f"import {imported}\n"}))
    assert (offences == []) is allowed


@pytest.mark.parametrize(
    "files",
    [
        {"src/diban/a.py": "stubborn = 1\n"},
        {"src/diban/a.py": f"x = 1  {IGNORE}  # the library publishes no types\n"},
        {"src/diban/a.py": "from diban import b\n", "src/diban/b.py": "import os\n"},
        {"tests/test_a.py": function_of(60)},
        {"portal/src/api/schema.d.ts": "x\n" * 501},
    ],
)
def test_what_keeps_the_rules_passes(tmp_path: Path, files: Mapping[str, str]) -> None:
    tree = tree_of(tmp_path, files)
    assert [offence for rule in CHECKS for offence in rule(tree)] == []


def test_the_figures_count_the_package_alone(tmp_path: Path) -> None:
    text = "def typed(a: int, *, b: str) -> None: ...\n\n\ndef bare(self, c): ...\n"
    tree = tree_of(tmp_path, {"src/diban/a.py": text, "tests/test_a.py": function_of(50)})
    found = dict(figures(tree))
    assert found["lines of src/"] == "4"
    assert found["functions"] == "2"
    assert found["functions fully typed"] == "50.0%"
    assert found["longest file"] == "4 src/diban/a.py"


def test_the_command_fails_and_names_the_offender(tmp_path: Path) -> None:
    tree_of(tmp_path, {"src/diban/helpers.py": ""})
    command = [sys.executable, "-m", "tools.measure", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "src/diban/helpers.py: the name says nothing" in done.stderr
    assert "1 offences" in done.stdout
