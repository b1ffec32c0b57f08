"""The columns that intake adds to rows which it gives back, and by which it knows such a file again."""

from __future__ import annotations

from collections.abc import Collection

MARKS = ("_rule", "_message_zh", "_message_en", "_remedy")
"""The columns that are added to each row; several faults of a row stand in one, parted by ``；``."""


def given_back(names: Collection[str]) -> bool:
    """Whether these are the columns of a file of faulty rows: it has all that were added, whatever else."""
    return set(MARKS) <= {name.strip() for name in names}
