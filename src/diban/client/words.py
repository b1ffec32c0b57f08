"""Words of the client's own in both languages; what the platform says comes in one already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """The same said twice."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """In this language."""
        return self.zh if language == "zh" else self.en

    @property
    def both(self) -> str:
        """In both, where no language was chosen."""
        return f"{self.zh} / {self.en}"


def said(texts: Mapping[str, str] | None, language: Language) -> str:
    """A text of the platform, told in both languages, in this one."""
    return "" if texts is None else texts.get(language) or texts.get("zh") or ""
