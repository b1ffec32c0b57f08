"""The pages of the reference are what the source gives now, and no code of a finding is left out of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import diban.client
from diban.app import Settings
from diban.catalogue import MOVES, State
from diban.governance import Permission, Role
from diban.ground import Fault, Invalid, StorageFull, TooLarge, Unavailable
from tools.reference import FOLDER, pages
from tools.reference.commands import Command, all_commands
from tools.reference.findings import all_codes

ROOT = Path(__file__).parents[2]
SAYS_A_CODE = frozenset({"Flaw", "Unreadable", "Refusal"})
"""What is made with a code as its first argument, or as ``code``."""
NO_FINDING = {"unsafe", "disk-full"}
"""A machine that cannot confine a process, or has no space left: errors, not findings."""


ERRORS = {
    name
    for name, thing in vars(diban.client).items()
    if isinstance(thing, type) and issubclass(thing, Exception)
}
CLIENT = [f"# {name}\n" for name in diban.client.__all__ if name not in ERRORS]


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Every page as the source gives it now."""
    return pages()


@pytest.mark.parametrize("command", list(all_commands()), ids=lambda command: command.name.replace(" ", "-"))
def test_a_command_and_all_it_takes_is_explained_in_both_languages(command: Command) -> None:
    words = {one.name: one.words for one in command.parameters} | {"": command.words}
    assert [
        name for name, said in words.items() if not re.search("[\u4e00-\u9fff].* / .*[A-Za-z]", said)
    ] == []


def test_the_pages_are_those_of_the_source(made: dict[str, str]) -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / FOLDER).iterdir()}
    assert sorted(kept) == sorted(made)
    assert [name for name in made if kept[name] != made[name]] == [], "run python -m tools.reference"


NAMED: dict[str, list[str]] = {
    "client.md": [*(f"`{name}`" for name in diban.client.__all__ if name in ERRORS), *CLIENT],
    "states.md": [word for state in State for word in (f"`{state.value}`", state.words.zh)],
    "roles.md": [*(f"`{role.value}`" for role in Role), *(f"`{one.value}`" for one in Permission)],
    "settings.md": [f"`{name}`" for name in Settings.__dataclass_fields__ if name != "home"],
    "commands.md": [f"## {command.name}\n" for command in all_commands()],
    "errors.md": [f"`{kind.__name__}`" for kind in (Fault, Invalid, TooLarge, Unavailable, StorageFull)],
}


@pytest.mark.parametrize("name", NAMED)
def test_a_page_names_everything(made: dict[str, str], name: str) -> None:
    assert [part for part in NAMED[name] if part not in made[name]] == []


def test_every_legal_move_has_a_hand(made: dict[str, str]) -> None:
    rows = [line for line in made["states.md"].splitlines() if line.startswith("| `")]
    for move in MOVES:
        (row,) = (line for line in rows if line.startswith(f"| `{move.before.value}` | `{move.after.value}`"))
        assert re.search(r"\| `\w+`(, `\w+`)* \| (required)? ?\|$", row), row


def test_a_move_of_a_delivery_names_the_command_that_makes_it(made: dict[str, str]) -> None:
    """What the sender says of repairs has them checked anew."""
    (row,) = (
        line for line in made["states.md"].splitlines() if line.startswith("| `waiting` | `received` |")
    )
    assert "`diban report --accept-repairs`" in row
    assert "--accept-repairs" in {one.name for command in all_commands() for one in command.parameters}


def test_a_bound_on_one_side_is_told_as_one(made: dict[str, str]) -> None:
    (row,) = (line for line in made["commands.md"].splitlines() if line.startswith("| `--seed` |"))
    assert "| ≥ 0 |" in row
    assert "None" not in made["commands.md"]


def test_exit_1_is_told_of_every_command_that_ends_with_it(made: dict[str, str]) -> None:
    (row,) = (line for line in made["errors.md"].splitlines() if line.startswith("| 1 |"))
    ending = re.compile(r"typer\.Exit\((.* else )?1\)|typer\.Exit\(_check")
    commands = {
        path.stem
        for path in (ROOT / "src/diban/app/commands").glob("*.py")
        if ending.search(path.read_text(encoding="utf-8"))
    }
    assert commands == {"submit", "answer", "audit", "work", "demo"}
    assert [name for name in commands if not re.search(f"`{name}[` ]", row)] == []


def test_every_code_that_the_source_can_say_is_documented() -> None:
    """Literal codes stand in the page; a code that is put together begins as some of the page do."""
    documented = all_codes()
    said = {code for path in (ROOT / "src").rglob("*.py") for code in _said(path)}
    assert len(said) > 20
    whole = {code for code in said if not code.endswith("…")} - NO_FINDING
    assert whole <= documented
    for beginning in said - whole - NO_FINDING:
        assert any(code.startswith(beginning[:-1]) for code in documented), beginning


def _said(path: Path) -> Iterator[str]:
    """First arguments of `SAYS_A_CODE` in a file; of an f-string its beginning and an ellipsis."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in SAYS_A_CODE:
            continue
        named = [one.value for one in node.keywords if one.arg == "code"]
        for value in (*node.args[:1], *named):
            yield from _texts(value)


def _texts(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(str(code)):
            yield code
        case ast.JoinedStr([ast.Constant(str(beginning)), *_]):
            yield f"{beginning}…"
        case ast.IfExp():
            yield from (*_texts(value.body), *_texts(value.orelse))
