"""The key, and every field declared unique, has no value twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.ground import FeatureSet, Field, Text, canonical_numbers
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look, looks
from diban.quality.prints import Prints
from diban.quality.rule import Inspection

Hash = Callable[[bytes], int]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class UniqueValues:
    """Finds rows that repeat the value of an earlier row; rows without a value are left aside.

    Numbers are compared exactly. Text is told apart by keyed 64-bit hashes, 8 bytes a row on disk;
    where two agree, a second pass over the features compares a second such hash, so that texts count
    as equal only when 128 bits agree.
    """

    field: Field
    key: bool = False
    hashed: Hash = hash

    @property
    def title(self) -> Text:
        """Named after its field."""
        name = self.field.title
        if self.key:
            return Text(zh=f"主键唯一：{name.zh}", en=f"Unique key: {name.en}")
        return Text(zh=f"值唯一：{name.zh}", en=f"Unique values: {name.en}")

    def begin(self) -> Inspection:
        """A new inspection."""
        return _Doubles(self.field.name, self._flaw(), self.hashed)

    def _flaw(self) -> Flaw:
        name = self.field
        return Flaw(
            code="key.repeated" if self.key else "field.repeated",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh=f"“{name.title.zh}”（{name.name}）的值与前面的行重复",
                en=f"{name.title.en} ({name.name}) repeats the value of an earlier row",
            ),
            remedy=Text(
                zh="删去重复的行，或为它们分配各自的值",
                en="remove the repeated rows, or give each its own value",
            ),
            field=name.name,
        )


class _Doubles:
    """Gathers the fingerprint of every value, then looks the doubles up in a second pass."""

    def __init__(self, field: str, flaw: Flaw, hashed: Hash) -> None:
        self._field = field
        self._flaw = flaw
        self._hashed = hashed
        self._prints = Prints()

    def see(self, look: Look) -> Iterable[Hits]:
        rows = np.flatnonzero(~look.blank(self._field))
        self._prints.add(self._fingerprints(look, rows))
        return ()

    def close(self, features: FeatureSet) -> Iterator[Hits]:
        doubled = self._prints.doubled()
        if len(doubled):
            seen = _Seen(doubled)
            for look in looks(features):
                yield from self._repeats(look, seen)

    def _repeats(self, look: Look, seen: _Seen) -> Iterator[Hits]:
        """The rows of one batch that repeat a value of an earlier row."""
        rows = np.flatnonzero(~look.blank(self._field))
        prints = self._fingerprints(look, rows)
        at = np.searchsorted(seen.doubled, prints)
        known = np.take(seen.doubled, at, mode="clip") == prints
        if not known.any():
            return
        rows, at = rows[known], at[known]
        values = look.column(self._field).take(pa.array(rows))
        others = seen.earlier(at, self._seconds(values), values, look.numbers[rows])
        repeats = np.flatnonzero(others)
        if len(repeats):
            yield look.hits(self._flaw, rows[repeats], others=others[repeats])

    def _fingerprints(self, look: Look, rows: Numbers) -> Numbers:
        column = look.column(self._field)
        if len(rows) < len(column):
            column = column.take(pa.array(rows))
        if not pa.types.is_string(column.type):
            return canonical_numbers(column)
        # Python's own string hash: keyed, 64 bits, and the loop over values runs in C.
        values = column.cast(pa.binary()).to_numpy(zero_copy_only=False)
        return np.fromiter(map(self._hashed, values), np.int64, len(values))

    def _seconds(self, values: pa.Array) -> Numbers:
        """A second, independent fingerprint; 0 for numbers, whose first one is exact."""
        if not pa.types.is_string(values.type):
            return np.zeros(len(values), np.int64)
        texts = values.cast(pa.binary()).to_numpy(zero_copy_only=False)
        return np.fromiter((self._hashed(b"\x00" + text) for text in texts), np.int64, len(texts))


class _Seen:
    """For each doubled fingerprint the first row that has it, and the second fingerprint there."""

    def __init__(self, doubled: Numbers) -> None:
        self.doubled = doubled
        self._first = np.zeros(len(doubled), np.int64)
        self._second = np.zeros(len(doubled), np.int64)
        self._strangers: dict[tuple[int, str], int] = {}

    def earlier(self, at: Numbers, second: Numbers, values: pa.Array, numbers: Numbers) -> Numbers:
        """For each row the number of the first row with the same value, or 0 for that row itself."""
        new = np.flatnonzero(self._first[at] == 0)[::-1]  # backwards, so that the first one stays
        self._first[at[new]] = numbers[new]
        self._second[at[new]] = second[new]
        others = self._first[at]
        others[others == numbers] = 0
        # Different values with the same first fingerprint: so rare that one by one will do.
        for stray in np.flatnonzero(self._second[at] != second):
            value = (int(at[stray]), values[stray.item()].as_py())
            others[stray] = self._strangers.get(value, 0)
            self._strangers.setdefault(value, int(numbers[stray]))
        return others
