"""Whether the first row of a table names its columns (表头) or is data, by what stands below it.

It is only ever a reason to ask: how a first row is read is for its sender to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import pyarrow as pa

from diban.ground import Schema
from diban.intake.formats.places import writes_shape

LOOKED_AT = 200
"""Rows below the first that it is held against."""

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}([-/.月][0-9]{1,2}日?)?([T ][0-9:.]+.*)?")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_TEXT = "text"


def seems_data(head: Sequence[str], below: pa.RecordBatch, schema: Schema) -> bool:
    """Whether a first row is like the rows below it, rather than names over them.

    ``below`` has the columns of ``head``, in order. Each column speaks: for data when a number, date or
    geometry stands over nothing else, or a text comes again below or is a declared code; for names when a
    text stands over nothing but numbers, dates or geometries. A year may be either, unless it comes again.
    """
    codes = {code.value for field in schema.fields for code in field.codes}
    rows = below.slice(0, LOOKED_AT)
    columns = (column.drop_null().to_pylist() for column in rows.columns)
    return sum(_speaks(cell.strip(), values, codes) for cell, values in zip(head, columns, strict=False)) > 0


def seems_names(cells: Sequence[str | None], known: Collection[str]) -> bool:
    """Whether at least half of the cells of a row are names that are known, in any case of letters."""
    names = {name.strip().casefold() for name in known}
    filled = [cell.strip().casefold() for cell in cells if cell is not None and cell.strip()]
    count = sum(cell in names for cell in filled)
    return count > 0 and 2 * count >= len(filled)


def _speaks(cell: str, values: list[str], codes: set[str]) -> int:
    """1 for data, -1 for names, 0 where a column tells nothing."""
    below = {value.strip() for value in values} - {""}
    sorts = {_sort(value) for value in below}
    if not cell:
        return 0
    if cell in below or cell in codes:
        return 1
    if (sort := _sort(cell)) != _TEXT:
        return int(sorts <= {sort} and not _YEAR.fullmatch(cell))
    return -int(bool(sorts) and _TEXT not in sorts)


def _sort(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return "number"
    if _DATE.fullmatch(text):
        return "date"
    return "shape" if writes_shape(text) else _TEXT
