"""Resource code (资源代码): 类 1 digit, 项 2, 目 3, 细目 any number, "/", sequence."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa

from diban.ground import Invalid, Text
from diban.store import advance

_CATEGORY = re.compile(r"([0-9])([0-9]{2})([0-9]{3})([0-9]{0,12})")
_SEQUENCE = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Category:
    """Where a resource stands in the classification: digits of class, item, directory and detail."""

    class_: str
    item: str
    directory: str
    detail: str = ""

    def __post_init__(self) -> None:
        found = _CATEGORY.fullmatch(str(self))
        if found is None or found.groups() != (self.class_, self.item, self.directory, self.detail):
            raise Invalid(
                Text(zh=f"分类不成立：{str(self)[:40]}", en=f"not a category: {str(self)[:40]}"),
                field="category",
                limit="1+2+3+0..12",
                remedy=Text(
                    zh="类 1 位、项 2 位、目 3 位、细目 0–12 位数字，例如 307001",
                    en="digits: class 1, item 2, directory 3, detail 0 to 12; for example 307001",
                ),
            )

    def __str__(self) -> str:
        return self.class_ + self.item + self.directory + self.detail

    @classmethod
    def parse(cls, text: str) -> Category:
        """Read ``str`` back; `Invalid` when the digits are too few or too many."""
        return cls(text[:1], text[1:3], text[3:6], text[6:])


@dataclass(frozen=True, slots=True)
class ResourceCode:
    """A code given once and never again; the sequence stays as written, since others pad with zeros."""

    category: Category
    sequence: str

    def __post_init__(self) -> None:
        if not _SEQUENCE.fullmatch(self.sequence):
            raise Invalid(
                Text(zh="资源代码的顺序号不成立", en="the sequence of a resource code is not a number"),
                field="code",
                limit="1..12",
                remedy=Text(zh="写成 307001/1", en="write 307001/1"),
            )

    def __str__(self) -> str:
        return f"{self.category}/{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> ResourceCode:
        """Read ``str`` back; `Invalid` when it is no code."""
        category, _, sequence = text.partition("/")
        return cls(Category.parse(category), sequence)


def mint(connection: sa.Connection, category: Category) -> ResourceCode:
    """The next code of a category, inside an act; concurrent acts wait, no code is given twice."""
    return ResourceCode(category, str(advance(connection, f"code:{category}")))
