"""A sheet of a spreadsheet as rows of text, read as a stream."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import IO

from diban.intake.formats.names import names_of_intake
from diban.intake.formats.reader import Remarks
from diban.intake.formats.xlsx_cells import Cells, Place
from diban.intake.formats.xml import walk
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MOST_ABOVE = 50
_LOOKED_AT = 8_192
_TEXTS = ("s", "inlineStr", "str")

_Cell = tuple[str, str, str | None, str, bool]
"""Its column's letters, its type and style, what is written in it, and whether that comes of a formula."""
_Row = tuple[int, dict[int, _Cell]]
"""The row's number in the sheet, and cells by column (from 0)."""


class Sheet:
    """The cells of one sheet: first `head`, or `width` where no row names the columns, then `rows`."""

    def __init__(self, stream: IO[bytes], cells: Cells, limits: Limits, remarks: Remarks) -> None:
        self._cells, self._limits, self._remarks = cells, limits, remarks
        self._ready: list[_Row] = []
        self._row: dict[int, _Cell] = {}
        self._number = 0
        self._column, self._letters = -1, ""
        self._attributes: dict[str, str] = {}
        self._value: list[str] | None = None
        self._written, self._formula, self._phonetic = "", False, False
        self._head_row = self._width = 0
        self._hidden = 0
        self._merged: list[str] = []
        self._names: Sequence[str] = ()
        self._walk = walk(stream, self._start, self._end, self._text)
        self._all = self._filled()

    def head(self) -> list[str]:
        """The names of the columns: the first row with at least two cells, else the first with any."""
        above = list(itertools.islice(self._all, _MOST_ABOVE))
        at = next((place for place, (_, row) in enumerate(above) if len(row) > 1), 0)
        texts = [self._texts(number, row) for number, row in above[: at + 1]]
        if not above:
            raise Refusal("layer-none")
        for (number, _), row in zip(above[:at], texts, strict=False):
            self._remarks.add("rows-above-head", "; ".join(row.values())[:100], number)
        self._head_row, names = above[at][0], texts[at]
        self._set_width(max(names) + 1)
        self._all = itertools.chain(above[at + 1 :], self._all)
        return [names.get(place, "") for place in range(self._width)]

    def named_by_intake(self) -> bool:
        """Whether intake wrote the first row that has anything, and so its texts are names."""
        for number, row in itertools.islice(self._all, 1):
            self._all = itertools.chain([(number, row)], self._all)
            texts = [row.get(place) for place in range(max(row) + 1)]
            return names_of_intake([self._words(cell) if cell else "" for cell in texts])
        return False

    def width(self) -> int:
        """How many columns the first rows have, of a sheet without names."""
        first = list(itertools.islice(self._all, _LOOKED_AT))
        if not first:
            raise Refusal("layer-none")
        self._all = itertools.chain(first, self._all)
        self._set_width(max(max(row) for _, row in first) + 1)
        return self._width

    def rows(self, names: Sequence[str]) -> Iterator[tuple[str | int | None, ...]]:
        """The rows below the head: a text or nothing per column, then the row's number, the first being 1.

        Without a head, a row's number is that in the sheet. ``names`` are what the columns are called from
        here on.
        """
        self._names = names
        for number, cells in self._all:
            below = number - self._head_row
            row = self._texts(below, cells)
            if max(row, default=0) >= self._width:
                code = "cells-beyond-head" if self._head_row else "cells-beyond-first"
                self._remarks.add(code, row=below)
            yield (*(row.get(place) for place in range(self._width)), below)
        if self._hidden:
            self._remarks.add("rows-hidden", count=self._hidden)
        for area in self._merged:
            ends = _PLACE.findall(area)
            if ends and int(ends[-1][1]) >= self._head_row:
                self._remarks.add("cells-merged", area, max(int(ends[0][1]) - self._head_row, 1))

    def _set_width(self, width: int) -> None:
        if width > self._limits.columns:
            raise Refusal("columns-too-many", count=width)
        self._width = width

    def _words(self, cell: _Cell) -> str:
        """A text as it stands; nothing for numbers and formulas, of which more is to be told."""
        letters, kind, style, written, formula = cell
        if formula or not written or kind not in _TEXTS:
            return ""
        return self._cells.text(kind, style, written, 0, Place(letters, None)) or ""

    def _filled(self) -> Iterator[_Row]:
        for _ in self._walk:
            yield from self._ready
            self._ready = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._attributes, self._formula, self._written = attributes, False, ""
            place = _PLACE.fullmatch(attributes.get("r", ""))
            if place is None:
                self._column += 1
            else:
                self._letters, self._column = place[1], _column(place[1])
        elif name == "row":
            self._row, self._column = {}, -1
            self._number = int(attributes.get("r", self._number + 1))
            self._hidden += attributes.get("hidden") in ("1", "true")
        elif name in ("v", "t") and not self._phonetic:
            self._value = []
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell":
            self._merged.append(attributes.get("ref", ""))

    def _text(self, words: str) -> None:
        if self._value is not None:
            self._value.append(words)

    def _end(self, name: str) -> None:
        if self._value is not None and name in ("v", "t"):
            self._written += "".join(self._value)
            self._value = None
        elif name == "c":
            self._cell()
        elif name == "row" and self._row:
            self._ready.append((self._number, self._row))
        elif name == "rPh":
            self._phonetic = False

    def _cell(self) -> None:
        if self._written or self._formula:
            kind, style = self._attributes.get("t", "n"), self._attributes.get("s")
            self._row[self._column] = (self._letters, kind, style, self._written, self._formula)

    def _texts(self, number: int, row: dict[int, _Cell]) -> dict[int, str]:
        """The row's texts; remarks give it this number."""
        texts = {}
        for column, (letters, kind, style, written, formula) in row.items():
            place = Place(letters, self._names[column] if column < len(self._names) else None)
            if formula:
                # What was worked out last is taken; nothing is worked out here.
                code = "formula-cached" if written else "formula-empty"
                self._remarks.add(code, letters, number, column=place.name)
            text = self._cells.text(kind, style, written, number, place) if written else None
            if text is not None:
                texts[column] = text
        return texts


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1
