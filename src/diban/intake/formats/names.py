"""Names of columns: each once, none that intake reserves for itself."""

from __future__ import annotations

from collections.abc import Sequence

from diban.intake.formats.reader import GEOMETRY, Remarks


def free_names(names: Sequence[str], remarks: Remarks) -> list[str]:
    """The file's names, changed and remarked where they are empty, doubled or reserved."""
    taken, free = {*names, GEOMETRY}, []
    for place, name in enumerate(names):
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
