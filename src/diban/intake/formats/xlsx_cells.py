"""What stands in a cell of a spreadsheet, as text: numbers as shown, dates as dates, nothing invented.

ECMA-376 part 1, 18.3 (worksheets), 18.8.30 (number formats), 18.17.4.1 (dates).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from diban.intake.formats.reader import Remarks

EXACT_DIGITS = 15
"""Digits that a spreadsheet keeps of a number."""

_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_PADDED = re.compile(r"0{2,}")
_LAST_DAY = 2_958_465
_LEAP_FAULT = 60  # the format counts a 29 February 1900 that never was


@dataclass(frozen=True, slots=True)
class Style:
    """Whether numbers of this style are dates, and to how many digits zeros are put before them."""

    day: bool = False
    padded: int = 0

    @classmethod
    def of(cls, number: int, pattern: str | None) -> Style:
        """By the number of a built-in format, or a pattern such as ``yyyy-mm-dd`` or ``000000``."""
        if pattern is None:
            return cls(day=number in _DATES)
        plain = _QUOTED.sub("", pattern.partition(";")[0]).casefold()
        dated = any(mark in plain for mark in "ydhs") or "上午" in pattern or re.fullmatch(r"m+", plain)
        return cls(bool(dated) and "general" not in plain, len(plain) if _PADDED.fullmatch(plain) else 0)


PLAIN = Style()


class Place(NamedTuple):
    """A column of a sheet: its letters, and its name once the head is known."""

    letters: str
    name: str | None


class Cells:
    """Turns cells into text; shared texts, styles and the calendar are those of the workbook."""

    def __init__(self, shared: list[str], styles: list[Style], since_1904: bool, remarks: Remarks) -> None:
        self._shared, self._styles, self._remarks = shared, styles, remarks
        self._later = 1_462 if since_1904 else 0

    def text(self, kind: str, style: str | None, value: str, row: int, place: Place) -> str | None:
        """The text of a cell of that type and style."""
        if kind == "s":
            return self._shared[int(value)] or None
        if kind == "e":
            self._remarks.add("formula-error", f"{place.letters} {value}", row, column=place.name)
            return None
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind != "n":
            return value or None
        shown = self._styles[int(style)] if style else PLAIN
        if value.isdigit() and not shown.day and len(value) <= EXACT_DIGITS:
            return value.zfill(shown.padded)
        return self._number(shown, value, row, place)

    def _number(self, shown: Style, value: str, row: int, place: Place) -> str | None:
        try:
            number = float(value)
        except ValueError:
            return value or None
        if shown.day and 0 <= number + self._later < _LAST_DAY + 1:
            return _day(number + self._later)
        if abs(number) >= 10**EXACT_DIGITS:
            self._remarks.add("number-damaged", place.letters, row, column=place.name)
        text = format(Decimal(f"{number:.{EXACT_DIGITS}g}"), "f") if abs(number) < 1e100 else value
        return text.zfill(shown.padded)


def _day(serial: float) -> str:
    """Days since 1899-12-30, and the time as their fraction; a mere time where there is no day."""
    first = datetime(1899, 12, 31 if serial < _LEAP_FAULT else 30)  # noqa: DTZ001 - a sheet knows no zone
    moment = first + timedelta(seconds=round(serial * 86_400))
    if serial < 1:
        return f"{moment:%H:%M:%S}"
    whole = moment.time() == datetime.min.time()
    return f"{moment:%Y-%m-%d}" if whole else f"{moment:%Y-%m-%dT%H:%M:%S}"
