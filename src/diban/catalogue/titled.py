"""Code lists whose members carry their title in both languages."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from diban.ground import Invalid, Text


class Titled(StrEnum):
    """A closed list: each member is its value in data, its ``words``, and its national ``number`` if any."""

    words: Text
    number: str | None

    # The defaults stand for a look-up by value, `State("draft")`, which type checkers read as a making.
    def __new__(cls, value: str, zh: str = "", en: str = "", number: str | None = None) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = Text(zh=zh, en=en)
        member.number = number
        return member

    @classmethod
    def parse(cls, value: object, field: str) -> Self:
        """The member of a value, a national number or a title in either language; else `Invalid`."""
        said = str(value).strip().casefold()
        for member in cls:
            names = (member.value, member.number or member.value, member.words.zh, member.words.en)
            if said in (name.casefold() for name in names):
                return member
        raise Invalid(
            Text(zh=f"“{str(value)[:40]}”不在代码表中", en=f"not in the list: {str(value)[:40]!r}"),
            field=field,
            limit=", ".join(member.value for member in cls),
            remedy=Text(
                zh="取值：" + "、".join(member.words.zh for member in cls), en="use one of those listed"
            ),
        )
