"""Names as they are typed on a keyboard without Chinese: pinyin in full, and by first letters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from diban.catalogue.search.folding import has_cjk

LONGEST = 64
"""Characters of a name that are spelled; long texts are found by their characters alone."""

_OTHER = re.compile(r"[^a-z0-9]")
_RETROFLEX = re.compile(r"([zcs])h")


@dataclass(frozen=True, slots=True)
class Spelling:
    """The syllables of a name, and their first letters; words of letters are syllables too."""

    syllables: tuple[str, ...]

    @property
    def full(self) -> str:
        """``深圳北站`` as ``senzenbeizan``: with z, c and s for zh, ch and sh, as many people say them."""
        return "".join(self.syllables)

    @property
    def initials(self) -> str:
        """``深圳北站`` as ``szbz``."""
        return "".join(part[0] for part in self.syllables)

    def tails(self) -> list[str]:
        """The spelling from each syllable on: where a typed part may begin."""
        return ["".join(self.syllables[start:]) for start in range(len(self.syllables))]


def spelled(name: str) -> Spelling | None:
    """The spelling of a folded name; None without a Chinese character, or for a text that is no name.

    Characters of several readings are read as in the word in which they stand (银行 yinhang).
    """
    if len(name) > LONGEST or not has_cjk(name):
        return None
    parts = (typed(part) for part in lazy_pinyin(name))
    return Spelling(tuple(part for part in parts if part))


def typed(text: str) -> str:
    """Letters as spellings are compared: zh, ch, sh as z, c, s; everything but letters and digits is gone."""
    return _RETROFLEX.sub(r"\1", _OTHER.sub("", text.lower()))
