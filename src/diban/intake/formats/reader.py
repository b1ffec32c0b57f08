"""What a reader is, what it hands over, and how it speaks of what it met on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.intake.formats.scratch import Scratch
from diban.intake.sandbox.limits import Limits

ROW = "_row"
SOURCE_ID = "_source_id"
GEOMETRY = "geometry"
HEAD_BYTES = 4_096
"""How much of a content a reader sees to recognise it."""

NUL = "text-nul"
"""The remark on text with U+0000: PostgreSQL cannot store it, and libraries written in C cut it there."""

_HEAD_TEXT = 200
_MOST_DETAILS = 50
_MOST_ROWS = 20
_OTHERS = "…"
_Thing = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a file, in the sender's words, where the file leaves a choice.

    ``layer`` names one of several; ``encoding`` that of text; ``x`` and ``y``, or ``shape`` (WKT, or WKB
    as bytes or hexadecimal digits), the columns of a table in which places stand. What has to be unpacked
    goes to ``scratch``. ``asset`` is the kind of file that is kept whole; without it rows are wanted.
    ``header`` tells whether the first row of a CSV or XLSX names its columns; where not, it is data.
    """

    layer: str | None = None
    encoding: str | None = None
    x: str | None = None
    y: str | None = None
    shape: str | None = None
    scratch: Scratch = field(default_factory=Scratch)
    asset: str | None = None
    header: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """One layer, opened: the format, what its file says of it, and its rows.

    Batches have the file's columns, ``geometry`` (WKB, unless a table), ``_row`` (1-based) and
    ``_source_id`` (the file's own row number, which it calls ``id_name``). ``places`` are the columns in
    which the geometry stood, ``head`` the cells of the row that named the columns, none where no row
    did, None where the format itself names them.
    """

    format: str
    layer: str
    rows: int | None
    crs: str | None
    crs_declared: bool
    geometry_type: str | None
    id_name: str | None
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    places: tuple[str, ...] = ()
    head: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, object]:
        """What the parent is told before the first batch; of a long cell of the head, its beginning."""
        names = ("format", "layer", "rows", "crs", "crs_declared", "geometry_type", "id_name", "places")
        head = None if self.head is None else [cell[:_HEAD_TEXT] for cell in self.head]
        return {**{name: getattr(self, name) for name in names}, "head": head}


class Remarks:
    """Things worth telling that do not stop a reading; the same thing is kept once, with its rows.

    Of one code, 50 different details are kept; what comes after them counts as one more, "…". So no
    code and no count is ever lost, and none crowds out another.
    """

    def __init__(self, hidden: str = "") -> None:
        self._hidden = hidden
        self._kept: dict[_Thing, list[int]] = {}
        self._counts: Counter[_Thing] = Counter()
        self._details: Counter[str] = Counter()

    def add(
        self,
        code: str,
        detail: str = "",
        row: int | None = None,
        count: int = 1,
        column: str | None = None,
    ) -> None:
        """Keep a remark that holds ``count`` times, on values of this ``column``; ``row`` is 1-based."""
        detail = detail or column or ""
        thing = (code, (detail.replace(self._hidden, "…") if self._hidden else detail)[:500], column)
        if thing not in self._kept:
            thing = thing if self._details[code] < _MOST_DETAILS else (code, _OTHERS, None)
            self._details[code] += thing not in self._kept
        rows = self._kept.setdefault(thing, [])
        self._counts[thing] += count
        if row is not None and len(rows) < _MOST_ROWS:
            rows.append(row)

    def add_rows(
        self, code: str, detail: str, rows: npt.NDArray[np.int64], column: str | None = None
    ) -> None:
        """Keep a remark on these rows, 1-based."""
        for row in rows[:_MOST_ROWS].tolist():
            self.add(code, detail, row, column=column)
        if len(rows) > _MOST_ROWS:
            self.add(code, detail, count=len(rows) - _MOST_ROWS, column=column)

    def take(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Stand in for `warnings.showwarning`: GDAL's warnings arrive this way."""
        if "non conformant file extension" not in str(message):
            self.add("gdal", str(message))

    def as_json(self) -> list[dict[str, object]]:
        """All remarks, for the last frame."""
        return [
            {
                "code": code,
                "detail": detail,
                "column": column,
                "rows": rows,
                "count": self._counts[code, detail, column],
            }
            for (code, detail, column), rows in self._kept.items()
        ]


class Opener(Protocol):
    """Opens a file that `Reader.recognises`; a `Refusal` says why it cannot."""

    def __call__(
        self, path: Path, wanted: Wanted, limits: Limits, remarks: Remarks
    ) -> AbstractContextManager[Source]: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """A format: its name, how its content begins, and how it is opened."""

    name: str
    recognises: Callable[[bytes], bool]
    open: Opener
