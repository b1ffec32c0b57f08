"""How well a name answers a query: exact, beginning, containing, spelled alike, nearly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz

from diban.catalogue.search.folding import folded, shown
from diban.catalogue.search.query import Asked
from diban.catalogue.search.spelling import spelled
from diban.ground import Text

SNIPPET = 48
"""Characters shown of a long text."""

SHORTEST_SPELLED = 3
"""Letters from which a part of a spelling is looked for; fewer are only first letters."""


class Match(IntEnum):
    """Why a name was found, the best first."""

    EXACT = 0
    PREFIX = 1
    CONTAINS = 2
    PINYIN = 3
    INITIALS = 4
    FUZZY = 5

    @property
    def words(self) -> Text:
        """The same for people."""
        return _WORDS[self]


_WORDS = {
    Match.EXACT: Text(zh="名称相同", en="the very name"),
    Match.PREFIX: Text(zh="以此开头", en="begins with it"),
    Match.CONTAINS: Text(zh="包含", en="contains it"),
    Match.PINYIN: Text(zh="拼音", en="pinyin"),
    Match.INITIALS: Text(zh="拼音首字母", en="first letters"),
    Match.FUZZY: Text(zh="近似", en="nearly"),
}


@dataclass(frozen=True, slots=True)
class Rank:
    """A match with what orders names of the same match: the better the lower."""

    match: Match
    distance: float


def rank_text(asked: Asked, name: str) -> Rank | None:
    """How a folded name has the query's characters; None when it lacks some."""
    if name == asked.whole:
        return Rank(Match.EXACT, 0)
    if name.startswith(asked.whole):
        return Rank(Match.PREFIX, len(name))
    if all(word in name for word in asked.words):
        return Rank(Match.CONTAINS, len(name) - (asked.whole in name))
    return None


def rank_spelled(asked: Asked, name: str) -> Rank | None:
    """How a folded name sounds like the query, or has what was typed as its first letters."""
    spelling = spelled(name)
    if spelling is None:
        return None
    if len(asked.full) >= SHORTEST_SPELLED:
        for start, tail in enumerate(spelling.tails()):
            if tail.startswith(asked.full):
                return Rank(Match.PINYIN, len(name) + 100 * bool(start) - (tail == asked.full))
    at = spelling.initials.find(asked.letters) if len(asked.letters) > 1 else -1
    if at == 0 or (at > 0 and len(asked.letters) > 2):
        return Rank(Match.INITIALS, len(name) + 100 * bool(at))
    return None


def rank_nearly(asked: Asked, name: str) -> Rank | None:
    """How near a folded name comes to the query, in its characters or its sound; None when it does not."""
    scores = [_near(asked.whole, name, slips(asked.whole))]
    if (allowed := slips_of_sound(asked)) and (spelling := spelled(name)) is not None:
        scores.append(_near(asked.full, spelling.full, allowed) - 5)
    best = max(scores)
    return None if best <= 0 else Rank(Match.FUZZY, 1000 * (100 - best) + len(name))


def slips(text: str) -> int:
    """How many characters of a query may be wrong, missing or too many."""
    return 0 if len(text) < 3 else 1 if len(text) < 6 else 2


def slips_of_sound(asked: Asked) -> int:
    """How many letters of its spelling; two Chinese characters are too little for any."""
    count = len(asked.full)
    return 0 if count < 6 or (not asked.letters and len(asked.whole) < 3) else 1 if count < 10 else 2


def _near(asked: str, name: str, allowed: int) -> float:
    """The likeness, 0 to 100, of a query with the part of the name that is most like it; 0 when too far."""
    if not allowed or len(name) < len(asked) - allowed:
        return 0
    least = 100 * (1 - allowed / len(asked)) - 1
    part = fuzz.partial_ratio if len(name) > len(asked) else fuzz.ratio
    return float(part(asked, name, score_cutoff=least))


def snippet(asked: Asked, text: str) -> str | None:
    """The surroundings of the query's words in a long text; None when none stands there plainly."""
    plain = text.casefold()
    found = [at for word in asked.words if (at := plain.find(word)) >= 0]
    if not found:
        return None
    start, end = max(min(found) - SNIPPET // 3, 0), min(found) + SNIPPET
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")


def spans(asked: Asked, text: str) -> list[list[int]]:
    """Where a name as shown has the query's words: ``[from, to]`` in characters, for setting them off."""
    plain, origin = [], []
    for place, character in enumerate(shown(text, len(text))):
        for part in folded(character):
            plain.append(part)
            origin.append(place)
    row, found = "".join(plain), []
    for word in sorted({word for word in asked.words if word}, key=len, reverse=True):
        if (at := row.find(word)) >= 0:
            found.append([origin[at], origin[at + len(word) - 1] + 1])
    return sorted(found)
