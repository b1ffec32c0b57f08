"""The contracts of import-linter refuse what they are there to refuse, on a made-up house."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.made_up import tree_of

ROOT = Path(__file__).parents[2]
HOUSE = {
    "src/diban/__init__.py": "",
    "src/diban/ground/__init__.py": "",
    "src/diban/store/__init__.py": "import psycopg\nimport pysqlite3\nimport diban.ground\n",
    "src/diban/base/__init__.py": "import diban.store\n",
    "src/diban/base/embedded.py": "import diban.base\n",
    "src/diban/base/postgis.py": "import diban.base\n",
    "src/diban/quality/__init__.py": "",
    "src/diban/share/__init__.py": "import fastapi\nimport starlette\nimport diban.base\n",
    "src/diban/catalogue/__init__.py": "",
    "src/diban/client/__init__.py": "import httpx\n",
    "src/diban/governance/__init__.py": "",
    "src/diban/intake/__init__.py": "",
    "src/diban/app/__init__.py": "import rich\nimport typer\nimport diban.share\n",
    "src/diban/app/sample_city.py": "import PIL\n",
    "src/diban/app/wiring.py": "from diban.base import embedded\n",
}


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    (house / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        command,
        cwd=house,
        env={"PYTHONPATH": str(house / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_house_that_keeps_the_contracts_passes(tmp_path: Path) -> None:
    tree_of(tmp_path, HOUSE)
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "text", "broken"),
    [
        ("ground/text.py", "import diban.store\n", "Arrows between rooms point down"),
        ("store/feed.py", "import diban.base\n", "Arrows between rooms point down"),
        ("quality/rules.py", "import diban.base\n", "Arrows between rooms point down"),
        ("cellar/__init__.py", "", "Arrows between rooms point down"),
        ("app/asking.py", "import diban.client\n", "Arrows between rooms point down"),
        ("client/asking.py", "import diban.ground\n", "The client knows the platform over HTTP only"),
        ("base/rows.py", "import fastapi\n", "Only share and app know the web framework"),
        ("share/words.py", "import rich\n", "Only app knows the command line's libraries"),
        ("share/tiles.py", "import diban.base.embedded\n", "Only app names an engine"),
        ("share/rows.py", "import psycopg\n", "Only store and base know the databases' drivers"),
        ("app/pictures.py", "import PIL\n", "Only the sample city knows Pillow"),
        ("ground/rows.py", "import sqlalchemy\n", "Ground does no I/O and knows no framework"),
    ],
)
def test_each_contract_refuses_what_it_is_there_for(
    tmp_path: Path, module: str, text: str, broken: str
) -> None:
    tree_of(tmp_path, HOUSE | {f"src/diban/{module}": text})
    done = lint(tmp_path)
    assert done.returncode == 1
    assert any(broken in line and "BROKEN" in line for line in done.stdout.splitlines()), done.stdout
