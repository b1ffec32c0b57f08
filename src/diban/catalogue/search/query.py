"""What is looked for, understood: words, how they are typed, and how they sound."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diban.catalogue.search.folding import folded, has_cjk
from diban.catalogue.search.spelling import spelled, typed
from diban.ground import Invalid, Text, TooLarge

QUERY_LENGTH = 100
"""Characters of a query at most."""

_LETTERS = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: ``whole`` and its ``words`` as names are compared, ``full`` as spellings are.

    ``letters`` are what was typed where that may be first letters of syllables, else "".
    """

    whole: str
    words: tuple[str, ...]
    full: str
    letters: str


def understand(text: str) -> Asked:
    """Read a query; `Invalid` without a letter, digit or character, `TooLarge` when it is too long."""
    if len(text) > QUERY_LENGTH:
        raise TooLarge(
            Text(zh="检索词过长", en="the search text is too long"),
            field="q",
            limit=QUERY_LENGTH,
            remedy=Text(zh="只写名称中的几个字", en="write a few words of the name"),
        )
    whole = folded(text)
    if not whole:
        raise Invalid(
            Text(zh="检索词为空", en="there is nothing to look for"),
            field="q",
            limit=f"1–{QUERY_LENGTH}",
            remedy=Text(
                zh="写汉字、拼音、首字母或英文", en="write characters, pinyin, first letters or words"
            ),
        )
    words = tuple(word for part in text.split() for word in folded(part).split())
    spelling = spelled(whole)
    if spelling is not None:
        return Asked(whole, words, spelling.full, "")
    letters = "" if has_cjk(whole) else _LETTERS.sub("", whole)
    return Asked(whole, words, typed(whole), letters)
