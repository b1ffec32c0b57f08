"""Writes the first revisions from the tables that the rooms declare: ``python -m tools.migration``.

While nothing was released they are made anew whenever a table changes: run this, look at the
difference, and make databases of your own afresh. Once they were released they stay as they are, a
change of tables is a further revision written by hand, and this command refuses.

Alembic says what an empty database lacks; here it is cut into short functions, room by room in the
order of the arrows, since a room's tables refer to no other's. Formatted by ruff like all code.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateTableOp, MigrateOperation, ModifyTableOps, UpgradeOps

from diban import base, catalogue, governance, intake, store

REVISIONS: dict[str, tuple[ModuleType, ...]] = {
    "0001_spine": (store, base, catalogue),
    "0002_governance": (governance,),
    "0003_intake": (intake,),
}
"""Each revision with its rooms; one that would exceed 500 lines is cut in two here."""

FOLDER = Path(str(store.__file__)).parent / "migrations" / "versions"
MOST_LINES = 45


def revisions() -> dict[Path, str]:
    """The files of the first revisions with their text."""
    written: dict[Path, str] = {}
    before = None
    for name, rooms in REVISIONS.items():
        path = FOLDER / f"{name}.py"
        written[path] = _formatted(path, _revision(name, before, rooms))
        before = name.partition("_")[0]
    return written


def _revision(name: str, before: str | None, rooms: tuple[ModuleType, ...]) -> str:
    """``upgrade`` and one short function per group of tables."""
    parts = [part for room in rooms for part in _groups(room)]
    number, _, subject = name.partition("_")
    lines = [
        f'"""The tables of the {subject}, room by room; written by ``python -m tools.migration``."""',
        "import sqlalchemy as sa",
        "from alembic import op",
        f"revision = {number!r}",
        f"down_revision = {before!r}",
        "branch_labels = None",
        "depends_on = None",
        'def upgrade() -> None:\n    """Make every table."""',
        *(f"    {function}()" for function, _, _ in parts),
    ]
    for function, tables, code in parts:
        lines.append(f'def {function}() -> None:\n    """{", ".join(tables)}."""\n{code}')
    return "\n".join(lines)


def _formatted(path: Path, text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(path), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def _groups(room: ModuleType) -> Iterator[tuple[str, list[str], str]]:
    """A room's tables in groups of at most `MOST_LINES`: the function's name, the tables, the code."""
    own = _tables_of(room)
    groups: list[tuple[list[str], str]] = []
    for table, operations in _operations().items():
        if table not in own:
            continue
        code = _code(operations)
        if groups and (groups[-1][1] + code).count("\n") < MOST_LINES:
            groups[-1] = ([*groups[-1][0], table], f"{groups[-1][1]}\n{code}")
        else:
            groups.append(([table], code))
    short = room.__name__.rpartition(".")[2]
    for number, (tables, code) in enumerate(groups, 1):
        yield f"_{short}_{number}" if len(groups) > 1 else f"_{short}", tables, code


def _tables_of(room: ModuleType) -> set[str]:
    """The tables that the room's modules declare; those of the store, which others use, are the store's."""
    found: set[str] = set()
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{room.__name__}."):
            found |= {value.name for value in vars(module).values() if isinstance(value, sa.Table)}
    return found if room is store else found - _tables_of(store)


def _operations() -> dict[str, list[MigrateOperation]]:
    """What an empty database lacks, by table, referred tables first."""
    with TemporaryDirectory() as folder:
        database = store.Database(store.sqlite_url(Path(folder) / "empty.db"))
        with store.reading(database) as connection:
            context = MigrationContext.configure(connection, opts={"target_metadata": store.metadata})
            lacking = produce_migrations(context, store.metadata).upgrade_ops
        database.close()
    assert lacking is not None
    found: dict[str, list[MigrateOperation]] = {}
    for operation in lacking.ops:
        assert isinstance(operation, CreateTableOp | ModifyTableOps), operation
        found.setdefault(operation.table_name, []).append(operation)
    return found


def _code(operations: list[MigrateOperation]) -> str:
    lines = render_python_code(UpgradeOps(ops=operations)).splitlines()
    kept = [line for line in lines if not line.strip().startswith("#")]
    return "\n".join("    " + line.removeprefix("    ") for line in kept)


def main() -> int:
    made = revisions()
    later = sorted(path.name for path in FOLDER.glob("0*.py") if path not in made)
    if later:
        print(f"{', '.join(later)} stands beside {', '.join(REVISIONS)}: write further revisions by hand")
        return 1
    for path, text in made.items():
        changed = not path.exists() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {'written anew' if changed else 'unchanged'}, {len(text.splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
