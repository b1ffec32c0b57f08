"""The form in which names are compared: width, case, punctuation and blanks do not count."""

from __future__ import annotations

import re
import unicodedata

NAME_LENGTH = 200
"""Characters of a feature's name that are indexed; the rest of a longer one is not found."""

CJK = "\u2e80-\u2fdf\u3005-\u3007\u31c0-\u31ef\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_BLANK = re.compile(r"\s+")
_BETWEEN = re.compile(r"[\W_]+")
_BESIDE_CJK = re.compile(f"(?<=[{CJK}]) | (?=[{CJK}])")
_ANY_CJK = re.compile(f"[{CJK}]")


def shown(text: str, most: int = NAME_LENGTH) -> str:
    """A name as it is kept and shown: on one line, blanks at its ends gone, cut to ``most`` characters."""
    return _BLANK.sub(" ", text[: 4 * most]).strip()[:most]


def folded(text: str) -> str:
    """A name as it is compared: ``Ｓｈｅｎｚｈｅｎ（南山）`` is ``shenzhen南山``.

    Between Chinese characters nothing counts but these; between words of letters one blank is left.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _BESIDE_CJK.sub("", _BETWEEN.sub(" ", plain).strip())


def has_cjk(text: str) -> bool:
    """Whether any character is a Chinese one."""
    return _ANY_CJK.search(text) is not None
