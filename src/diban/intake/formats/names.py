"""Names of columns: each once, none that intake reserves for itself; by position where there are none."""

from __future__ import annotations

from collections.abc import Sequence

from diban.intake.formats.marks import MARKS, given_back
from diban.intake.formats.reader import GEOMETRY, Remarks


def free_names(names: Sequence[str], remarks: Remarks) -> list[str]:
    """The file's names, changed and remarked where they are empty, doubled or reserved.

    What intake itself added to rows that it gave back keeps its name, and so stays out of the data.
    """
    taken, free = {*names, GEOMETRY}, []
    own = set(MARKS) if given_back(names) else set()
    for place, name in enumerate(names):
        if name.strip() in own:
            own.remove(name.strip())
            free.append(name.strip())
            continue
        new, number = name.strip(), 0
        while not new or new.startswith("_") or new == GEOMETRY or new in free or (number and new in taken):
            number += 1
            new = f"{name.strip().strip('_') or 'field'}_{number}"
        if new != name.strip():
            taken.add(new)
            code = "column-renamed" if name.strip() and name not in names[:place] else "column-unnamed"
            code = "column-doubled" if name.strip() and name in names[:place] else code
            remarks.add(code, f"{name or place + 1} → {new}")
        free.append(new)
    return free


def names_by_position(width: int) -> list[str]:
    """``column 1``, ``column 2`` …: what columns are called whose file has no row of names (无表头)."""
    return [f"column {place}" for place in range(1, width + 1)]


def names_of_intake(cells: Sequence[str]) -> bool:
    """Whether a first row was written by intake, and so names columns whatever is said of the file.

    It has the columns that are added to faulty rows, or nothing but names by position.
    """
    return given_back(cells) or [cell.strip() for cell in cells] == names_by_position(len(cells))
