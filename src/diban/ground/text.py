"""Words for people, always in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One message or title in Simplified Chinese and in English; both are required."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The wording for a language tag; anything that is not Chinese gets English."""
        return self.zh if language.lower().startswith("zh") else self.en

    def as_json(self) -> dict[str, str]:
        """``{"zh": …, "en": …}``, the form used in every JSON answer."""
        return {"zh": self.zh, "en": self.en}

    @classmethod
    def from_json(cls, value: object) -> Text:
        """Read back `as_json`; a bare string stands for both languages."""
        if isinstance(value, dict):
            zh, en = str(value.get("zh") or ""), str(value.get("en") or "")
            return cls(zh or en, en or zh)
        return cls(str(value), str(value))

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"
