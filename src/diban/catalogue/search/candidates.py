"""From a query to names, by the postings: all that have every term, then those that have most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from diban.catalogue.search import grams
from diban.catalogue.search.folding import folded
from diban.catalogue.search.parts import Parts, Segment, live_segments, read_texts
from diban.catalogue.search.postings import SEGMENT_NAMES, count_into
from diban.catalogue.search.query import Asked
from diban.catalogue.search.rank import (
    SHORTEST_SPELLED,
    Rank,
    rank_nearly,
    rank_spelled,
    rank_text,
    slips,
    slips_of_sound,
)
from diban.catalogue.search.tables import search_posting
from diban.ground import Extent

NEAREST = 300
"""Names whose likeness is reckoned at most."""

Postings = dict[int, dict[int, bytes]]
Places = npt.NDArray[np.int64]
Ranking = Callable[[Asked, str], Rank | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where to look: in these sources, in those of ``boxes`` only for names whose box meets one of the given.

    Texts of the ``plain`` sources are found by their characters alone, not by sound or likeness.
    """

    sources: Sequence[int]
    boxes: dict[int, tuple[Extent, ...]] = field(default_factory=dict)
    plain: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that answers the query: of which source, of which feature, and how well."""

    source: int
    fid: int
    text: str
    rank: Rank


@dataclass(frozen=True, slots=True)
class _Found:
    """Places of one segment, with what orders them before their names are read."""

    segment: Segment
    places: Places
    later: npt.NDArray[np.int64]


class Look:
    """One search over the live segments of the wanted sources, as the index stands in one connection.

    Each sort of search answers at most about ``most`` names, in no order.
    """

    def __init__(
        self, connection: sa.Connection, parts: Parts, asked: Asked, wanted: Wanted, most: int
    ) -> None:
        self._connection, self._parts, self._asked = connection, parts, asked
        self._wanted, self._most = wanted, most
        self._segments = live_segments(connection, wanted.sources)
        self._spelled = [each for each in self._segments if each.source not in wanted.plain]

    def by_characters(self) -> list[Candidate]:
        """Names with every pair of the query's characters."""
        words, whole = self._asked.words, self._asked.whole
        terms = [grams.pairs(word) if len(word) > 1 else grams.ones(word) for word in words]
        needed = np.unique(np.concatenate(terms))
        first = grams.beginning(whole)
        if not len(needed):
            needed = np.array([first])
        return self._ranked(self._all_of(self._segments, needed, first), rank_text)

    def by_sound(self) -> list[Candidate]:
        """Names whose spelling has every run of three letters of the query's."""
        if len(self._asked.full) < SHORTEST_SPELLED:
            return []
        return self._ranked(self._all_of(self._spelled, grams.threes(self._asked.full)), rank_spelled)

    def by_first_letters(self) -> list[Candidate]:
        """Names whose syllables begin with what was typed."""
        if len(self._asked.letters) < 2:
            return []
        return self._ranked(
            self._all_of(self._spelled, grams.first_letters(self._asked.letters)), rank_spelled
        )

    def by_likeness(self) -> list[Candidate]:
        """Names with most of the query's characters, or of its sound."""
        whole, full = self._asked.whole, self._asked.full
        found: list[_Found] = []
        if slips(whole):
            ones, pairs = grams.ones(whole), grams.pairs(whole)
            if len(ones):
                found += self._most_of(ones, pairs, len(ones) - slips(whole))
            else:
                found += self._most_of(pairs, pairs[:0], len(pairs) - 2 * slips(whole))
        if slips_of_sound(self._asked):
            threes = grams.threes(full)
            found += self._most_of(threes, threes[:0], len(threes) - 3 * slips_of_sound(self._asked))
        return self._ranked(found, rank_nearly)

    def _all_of(self, segments: list[Segment], needed: Places, first: int | None = None) -> list[_Found]:
        """The places that have all terms; those with the term ``first`` before others, then the shortest."""
        asked_for = needed if first is None else np.unique(np.append(needed, first))
        held = self._postings(asked_for)
        found = []
        for segment in segments:
            mine = held.get(segment.number, {})
            if any(term not in mine for term in needed.tolist()):
                continue
            counts = _counts(mine[term] for term in needed.tolist())
            places = self._kept(segment, np.flatnonzero(counts == len(needed)))
            later = np.ones(len(places), np.int64)
            if first is not None:
                begins = _counts([mine[first]] if first in mine else [])
                later = (begins[places] == 0).astype(np.int64)
                order = np.argsort(later, kind="stable")
                places, later = places[order], later[order]
            found.append(_Found(segment, places[: self._most], later[: self._most]))
        return found

    def _most_of(self, terms: Places, further: Places, least: int) -> list[_Found]:
        """The places that have at least so many of the terms, those with most (and most further) first."""
        held = self._postings(np.unique(np.concatenate([terms, further])))
        found = []
        for segment in self._spelled:
            mine = held.get(segment.number, {})
            counts = _counts(mine[term] for term in terms.tolist() if term in mine)
            places = self._kept(segment, np.flatnonzero(counts >= max(least, 1)))
            counts += _counts(mine[term] for term in further.tolist() if term in mine)
            later = -counts[places].astype(np.int64)
            order = np.argsort(later, kind="stable")[:NEAREST]
            found.append(_Found(segment, places[order], later[order]))
        return found

    def _postings(self, terms: Places) -> Postings:
        held: Postings = {}
        numbers = [segment.number for segment in self._segments]
        if not numbers or not len(terms):
            return held
        found = self._connection.execute(
            sa.select(search_posting).where(
                search_posting.c.segment.in_(numbers), search_posting.c.term.in_(terms.tolist())
            )
        )
        for number, term, places in found:
            held.setdefault(number, {})[term] = places
        return held

    def _kept(self, segment: Segment, places: Places) -> Places:
        """The places that are not gone and meet the box that is wanted of their source."""
        if segment.gone and len(places):
            places = places[self._parts.alive(self._connection, segment)[places]]
        boxes = self._wanted.boxes.get(segment.source)
        if boxes is None or not len(places):
            return places
        west, south, east, north = self._parts.boxes(self._connection, segment)[places].T
        meets = np.zeros(len(places), np.bool_)
        for box in boxes:
            meets |= (west <= box.east) & (east >= box.west) & (south <= box.north) & (north >= box.south)
        return places[meets]

    def _ranked(self, found: list[_Found], rank: Ranking) -> list[Candidate]:
        ranked = []
        for segment, place, text in self._texts(found):
            how = rank(self._asked, folded(text))
            if how is not None:
                fid = int(self._parts.fids(self._connection, segment)[place])
                ranked.append(Candidate(segment.source, fid, text, how))
        return ranked

    def _texts(self, found: list[_Found]) -> Iterator[tuple[Segment, int, str]]:
        """The names of the best of all places found."""
        if not found:
            return
        which = np.concatenate([np.full(len(one.places), at) for at, one in enumerate(found)])
        places = np.concatenate([one.places for one in found])
        later = np.concatenate([one.later for one in found])
        lengths = np.concatenate(
            [self._parts.lengths(self._connection, one.segment)[one.places] for one in found]
        )
        best = np.lexsort((lengths, later))[: self._most]
        wanted = [
            (found[at].segment, int(place)) for at, place in zip(which[best], places[best], strict=True)
        ]
        texts = read_texts(self._connection, [(segment.number, place) for segment, place in wanted])
        for segment, place in wanted:
            yield segment, place, texts[segment.number, place]


def _counts(postings: Iterable[bytes]) -> npt.NDArray[np.uint16]:
    """How many of these postings have each place of a segment."""
    counts = np.zeros(SEGMENT_NAMES, np.uint16)
    for data in postings:
        count_into(counts, data)
    return counts
