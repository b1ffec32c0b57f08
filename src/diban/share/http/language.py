"""In which language the asker is answered: ``Accept-Language`` with its weights (RFC 9110, 12.5.4)."""

from __future__ import annotations

import re

from fastapi import Request

_LANGUAGES = {"zh": "zh", "en": "en", "*": "zh"}
_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_LONGEST = 500


def language_of(request: Request) -> str:
    """``zh`` or ``en``, whichever weighs more; said nothing it is Chinese, said neither English."""
    header = request.headers.get("accept-language", "")[:_LONGEST]
    found, most = ("en" if header.strip() else "zh"), 0.0
    for term in header.split(","):
        tag, _, weight = term.partition(";")
        language = _LANGUAGES.get(tag.strip().lower().partition("-")[0])
        if language is not None and _weight(weight.strip()) > most:
            found, most = language, _weight(weight.strip())
    return found


def _weight(text: str) -> float:
    """The weight of a term; 1 when none is given, 0 when it is not understood."""
    if not text:
        return 1.0
    given = _WEIGHT.fullmatch(text.replace(" ", "").lower())
    return float(given[1]) if given else 0.0
