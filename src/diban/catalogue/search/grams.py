"""Terms of names: short runs of characters as whole numbers, made for many names at once.

Text gives pairs of neighbouring characters (with a mark before the first, so that beginnings are
told) and single Chinese characters; spellings give runs of three letters, first letters likewise.
A term is a number below 2^47: its sort, then its characters. Nothing readable stands in the postings.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from diban.catalogue.search.spelling import Spelling

START = "\x02"
_END = "\x00"
_CJK_FROM = 0x2E80
_SORT = 42
_CODE = 21
_LETTER = 7

Terms = npt.NDArray[np.int64]


class Sort(IntEnum):
    """What a term is made of."""

    ONE = 1
    PAIR = 2
    SPELLED = 3
    INITIALS = 4


def terms_of(names: Sequence[str], spellings: Sequence[Spelling | None]) -> tuple[Terms, Terms]:
    """Terms of folded names and the places of the names that have them: sorted pairs, each once."""
    fulls = ["" if one is None else one.full for one in spellings]
    initials = ["" if one is None else one.initials for one in spellings]
    characters = _laid_out(names)
    parts = [
        _ones(*characters),
        _pairs(*characters),
        _threes(*_laid_out(fulls), Sort.SPELLED),
        _threes(*_laid_out(initials), Sort.INITIALS),
    ]
    packed = np.unique(np.concatenate([(terms << 16) | places for terms, places in parts]))
    return packed >> 16, packed & 0xFFFF


def ones(text: str) -> Terms:
    """The single Chinese characters of a folded text."""
    return np.unique(_ones(*_laid_out([text]))[0])


def pairs(text: str) -> Terms:
    """The pairs of a folded text."""
    return np.unique(_pairs(*_bare(text))[0])


def beginning(text: str) -> int:
    """The term of names that begin with the first character of a folded text."""
    return int(_pairs(*_laid_out([text]))[0][0])


def threes(full: str, sort: Sort = Sort.SPELLED) -> Terms:
    """The runs of three of a spelling, without the mark of its beginning."""
    return np.unique(_threes(*_bare(full), sort)[0])


def first_letters(initials: str) -> Terms:
    """Terms that a name with these first letters has; two letters are only looked for at the beginning."""
    if len(initials) > 2:
        return threes(initials, Sort.INITIALS)
    codes, places = _laid_out([initials])
    return _threes(codes, places, Sort.INITIALS)[0][:1]


def _laid_out(names: Sequence[str]) -> tuple[Terms, Terms]:
    """All names in a row with a mark before and an end behind each; and to which name each place belongs."""
    row = "".join(f"{START}{name}{_END}" for name in names)
    codes = np.frombuffer(row.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    places = np.cumsum(codes == 0) - (codes == 0)
    return codes, places.astype(np.int64)


def _bare(text: str) -> tuple[Terms, Terms]:
    codes, places = _laid_out([text])
    return codes[1:], places[1:]


def _ones(codes: Terms, places: Terms) -> tuple[Terms, Terms]:
    kept = codes >= _CJK_FROM
    return (Sort.ONE << _SORT) | codes[kept], places[kept]


def _pairs(codes: Terms, places: Terms) -> tuple[Terms, Terms]:
    left, right = codes[:-1], codes[1:]
    kept = (left != 0) & (right != 0)
    return (Sort.PAIR << _SORT) | (left[kept] << _CODE) | right[kept], places[1:][kept]


def _threes(codes: Terms, places: Terms, sort: Sort) -> tuple[Terms, Terms]:
    one, two, three = codes[:-2], codes[1:-1], codes[2:]
    kept = (one != 0) & (two != 0) & (three != 0)
    runs = (one[kept] << (2 * _LETTER)) | (two[kept] << _LETTER) | three[kept]
    return (sort << _SORT) | runs, places[2:][kept]
