"""Quotes in a table as text: whether each is closed, and cells that seem to hold whole rows.

Where one quote is missing, everything up to the next becomes one cell, and rows are gone without a
trace. Rows are parsed elsewhere; this looks at what came out, and reads the file strictly (RFC 4180,
section 2) only where something is odd.
"""

from __future__ import annotations

import csv
import io
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.intake.formats.reader import Remarks
from diban.intake.sandbox.wire import Refusal

_CHUNK = 1 << 20
_LONGEST = (1 << 31) - 1
_NEVER_CLOSED = "unexpected end of data"
_MOST_STRICT = 2 << 30
"""Bytes of a file that is read strictly: some 20 s, which is as long as nothing may be heard of a reading."""


class Quotes:
    """The quotes of a file whose text begins at byte ``start``; `Refusal` when the last is never closed."""

    def __init__(self, path: Path, start: int, encoding: str, delimiter: str) -> None:
        self._path, self._start, self._encoding = path, start, encoding
        self.delimiter = delimiter
        with path.open("rb") as file:
            count = sum(chunk.count(b'"') for chunk in iter(lambda: file.read(_CHUNK), b""))
        self.any = count > 0
        """Whether there are quotes at all; without them no cell can hold a line break."""
        if count % 2 and self._fault is not None and self._fault[0] == _NEVER_CLOSED:
            raise Refusal("quote-open", line=self._fault[1])

    def look(
        self, column: pa.Array, width: int, name: str, rows: npt.NDArray[np.int64], remarks: Remarks
    ) -> None:
        """Remark cells that hold a line break and as many delimiters as a row of ``width`` cells.

        They may be long texts, rightly quoted; only in a file whose quotes are wrong is it an error.
        """
        broken = pc.match_substring_regex(column, "[\r\n]").fill_null(False)
        if not pc.any(broken).as_py():
            return
        delimiters = pc.count_substring(column, self.delimiter).fill_null(0)
        held = np.flatnonzero(pc.and_(broken, pc.greater_equal(delimiters, max(width - 1, 1))))
        if len(held):
            remarks.add_rows("rows-in-cell" if self._fault else "lines-in-cell", "", rows[held], name)

    @cached_property
    def _fault(self) -> tuple[str, int] | None:
        """The first quote that is wrong: in what way, and in which line; None when all are right.

        None also beyond `_MOST_STRICT`, where it cannot be told.
        """
        if self._path.stat().st_size > _MOST_STRICT:
            return None
        csv.field_size_limit(_LONGEST)
        with self._path.open("rb") as file:
            file.seek(self._start)
            text = io.TextIOWrapper(file, self._encoding, "replace", newline="")
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            line = 1
            try:
                for _ in reader:
                    line = reader.line_num + 1
            except csv.Error as fault:
                return str(fault), line
        return None
