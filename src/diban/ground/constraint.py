"""What a field declares of its values beyond their type: bounds, a pattern, a check character, a register."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.ground.check import Check
from diban.ground.errors import Invalid
from diban.ground.text import Text

MAX_PATTERN = 200
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Constraint:
    """What the present values of a field must meet; each None demands nothing.

    ``minimum`` and ``maximum`` (numbers, dates, instants) are allowed themselves, written as the
    field's type is; ``pattern`` is a regular expression of RE2 (no look-around, no back
    references, linear time) that the whole text must match; ``check`` names the algorithm of the
    check character; ``reference`` is the slug of a published layer whose key holds the known codes.
    """

    minimum: str | None = None
    maximum: str | None = None
    pattern: str | None = None
    check: Check | None = None
    reference: str | None = None

    def verify(self, name: str, kind: pa.DataType) -> None:
        """Refuse, for the field of that name and type, what cannot be meant."""
        bounds = [self.bound(end, name, kind) for end in (self.minimum, self.maximum) if end is not None]
        if len(bounds) == 2 and pc.greater(*bounds).as_py():
            raise _refused(name, "minimum", self.minimum, Text(zh="下限不大于上限", en="minimum ≤ maximum"))
        text = pa.types.is_string(kind)
        for said, value in (("pattern", self.pattern), ("check", self.check), ("reference", self.reference)):
            if value is not None and not text:
                raise _refused(name, said, value, Text(zh="只用于文本字段", en="for text fields only"))
        if self.pattern is not None:
            _verify_pattern(name, self.pattern)
        if self.reference is not None and not _SLUG.fullmatch(self.reference):
            raise _refused(name, "reference", self.reference, Text(zh="写图层标识", en="the slug of a layer"))

    def bound(self, written: str, name: str, kind: pa.DataType) -> pa.Scalar:
        """An end of the range as a value of the field's type; `Invalid` when it is none."""
        ordered = (
            pa.types.is_decimal(kind) or pa.types.is_temporal(kind) or kind in (pa.int64(), pa.float64())
        )
        try:
            value = pa.scalar(written).cast(kind) if ordered else None
            if value is not None and pc.equal(value, value).as_py():  # NaN is no bound
                return value
        except pa.ArrowInvalid:
            pass  # said below, together with the types that have no order
        raise _refused(
            name,
            "minimum | maximum",
            written,
            Text(
                zh="写成该字段类型的数值、日期或时刻",
                en="a number, date or instant as the field's type takes",
            ),
        )

    def matches(self, values: pa.StringArray) -> npt.NDArray[np.bool_]:
        """Where a value matches the pattern from its first to its last character; False where absent."""
        assert self.pattern is not None, "asked only of a constraint with a pattern"
        found = pc.match_substring_regex(values, _whole(self.pattern)).fill_null(False)
        matching: npt.NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
        return matching

    def as_json(self) -> dict[str, str | None]:
        """One member each, null where nothing is demanded."""
        return {name: None if (value := getattr(self, name)) is None else str(value) for name in _NAMES}

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Constraint:
        """Read the members back from a field's description; numbers may stand for bounds."""
        given = {name: str(value[name]) for name in _NAMES if value.get(name) is not None}
        check = given.pop("check", None)
        if check is not None and check not in [known.value for known in Check]:
            raise _refused(
                str(value.get("name")), "check", check, Text(zh="|".join(Check), en=" | ".join(Check))
            )
        return cls(check=None if check is None else Check(check), **given)


FREE = Constraint()
"""Demands nothing."""

_NAMES = ("minimum", "maximum", "pattern", "check", "reference")


def _verify_pattern(name: str, pattern: str) -> None:
    try:
        pc.match_substring_regex(pa.array([""]), _whole(pattern))
    except pa.ArrowInvalid as fault:
        remedy = Text(zh="使用 RE2 语法", en="use the syntax of RE2")
        raise _refused(name, "pattern", pattern, remedy) from fault
    if len(pattern) > MAX_PATTERN:
        raise _refused(name, "pattern", pattern, Text(zh="至多 200 个字符", en="at most 200 characters"))


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"


def _refused(name: str, said: str, value: object, remedy: Text) -> Invalid:
    shown = str(value)[:100]
    return Invalid(
        Text(
            zh=f"字段“{name}”的 {said} 不成立：{shown}", en=f"{said} of field {name!r} does not hold: {shown}"
        ),
        field=f"fields.{said}",
        limit=MAX_PATTERN if said == "pattern" else None,
        remedy=remedy,
    )
