"""Codes with a check character (校验码) have the one that belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from diban.ground import Field, Text
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.rule import Inspection, RowByRow


@dataclass(frozen=True, slots=True)
class CheckCharacters:
    """Finds codes of the wrong shape or with the wrong check character; see `diban.ground.Check`."""

    fields: tuple[Field, ...]
    title: ClassVar[Text] = Text(zh="校验码", en="Check characters")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        for field in self.fields:
            check = field.constraint.check
            assert check is not None, "only such fields are given"
            wrong = ~check.fits(look.column(field.name))
            if wrong.any():
                yield look.hits(self._flaw(field), np.flatnonzero(wrong & ~look.blank(field.name)))

    def _flaw(self, field: Field) -> Flaw:
        check = field.constraint.check
        assert check is not None, "only such fields are given"
        return Flaw(
            code="field.check",
            severity=Severity.ERROR,
            rule=self.title,
            message=Text(
                zh=f"“{field.title.zh}”（{field.name}）不是成立的{check.words.zh}",
                en=f"{field.title.en} ({field.name}) has values that are no {check.words.en}",
            ),
            remedy=Text(
                zh="对照证照核对每一位及校验码",
                en="compare every character, and the check character, with the document",
            ),
            field=field.name,
        )
