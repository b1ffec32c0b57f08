"""Names as they are typed on a keyboard without Chinese: pinyin in full, and by first letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from diban.catalogue.search.folding import has_cjk

LONGEST = 64
"""Characters of a name that are spelled; long texts are found by their characters alone."""

_IN_NAMES = {"巷": "xiang", "佛": "fo"}
"""Characters that names of places read otherwise than the dictionary's first reading."""

_OTHER = re.compile(r"[^a-z0-9]")
_RUN = re.compile(r"[a-z0-9]+")
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

    Characters of several readings are read as in the longest known word that begins at their place
    (银行 yinhang). Readings and words are those of pypinyin; taking them here is ten times its own speed.
    """
    if len(name) > LONGEST or not has_cjk(name):
        return None
    return Spelling(tuple(part for part in _parts(name) if part))


def typed(text: str) -> str:
    """Letters as spellings are compared: zh, ch, sh as z, c, s; everything but letters and digits is gone."""
    return _RETROFLEX.sub(r"\1", _OTHER.sub("", text.lower()))


def _parts(name: str) -> Iterator[str]:
    """Syllables, and runs of letters and digits, in turn."""
    words, at = _words(), 0
    while at < len(name):
        character = name[at]
        if character.isascii():
            run = _RUN.match(name, at)
            yield typed(run[0]) if run else ""
            at = run.end() if run else at + 1
            continue
        known = words.get(character)
        word = None if known is None else next((each for each in known if name.startswith(each, at)), None)
        if known is None or word is None:
            yield _reading(character)
            at += 1
        else:
            yield from known[word]
            at += len(word)


@cache
def _dictionary() -> Any:
    """pypinyin's tables, read when a name is first spelled: a tenth of the start of every command."""
    return import_module("pypinyin.constants")


@cache
def _reading(character: str) -> str:
    """The usual reading of one character; nothing for one that has none."""
    return _IN_NAMES.get(character) or _plain(
        _dictionary().PINYIN_DICT.get(ord(character), "").partition(",")[0]
    )


@cache
def _words() -> dict[str, dict[str, tuple[str, ...]]]:
    """Words of which a character is not read as usual, the longest first, by their first character."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    phrases = _dictionary().PHRASES_DICT
    for word in sorted(phrases, key=len, reverse=True):
        read = tuple(_plain(readings[0]) for readings in phrases[word])
        if len(read) == len(word) and any(map(str.__ne__, read, map(_reading, word))):
            found.setdefault(word[0], {})[word] = read
    return found


@cache
def _plain(reading: str) -> str:
    """A reading without its tone, as it is typed: lǜ is lv."""
    apart = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return typed(apart)
