"""What changes in a source when some of its features do: marks, new segments, small ones put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sqlalchemy as sa

from diban.catalogue.search.names import Fids, Names
from diban.catalogue.search.parts import Parts, Segment, read_names
from diban.catalogue.search.postings import SEGMENT_NAMES, bits

SMALL = SEGMENT_NAMES // 8
MOST_SMALL = 6
"""Small segments of a source at most; then they are put together."""
MOSTLY_GONE = 0.4
"""A segment of which more is gone is written anew."""

Gone = tuple[int, bytes, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is written and not yet seen.

    ``gone`` are segments with the places that are gone from now on, and how many; ``ended`` segments
    whose remaining names stand in the new ``segments``.
    """

    gone: tuple[Gone, ...]
    ended: tuple[Segment, ...]
    segments: tuple[int, ...] = ()

    def with_segments(self, segments: Sequence[int]) -> Change:
        """The change with the segments that were written for it."""
        return replace(self, segments=tuple(segments))


def change_of(
    connection: sa.Connection, parts: Parts, segments: Sequence[Segment], touched: Fids, *, erased: bool
) -> Change:
    """Which segments lose names of these features, and which are better written anew."""
    gone: list[Gone] = []
    ended: list[Segment] = []
    small: list[Segment] = []
    for segment in segments:
        named = np.isin(parts.fids(connection, segment), touched)
        alive = parts.alive(connection, segment)
        left = int((alive & ~named).sum())
        if (erased and named.any()) or left < (1 - MOSTLY_GONE) * segment.names:
            ended.append(segment)
            continue
        if left < SMALL:
            small.append(segment)
        if (named & alive).any():
            gone.append((segment.number, bits(np.flatnonzero(named | ~alive)), segment.names - left))
    if len(small) >= MOST_SMALL:
        ended += small
    done = {segment.number for segment in ended}
    return Change(tuple(one for one in gone if one[0] not in done), tuple(ended))


def rewritten(connection: sa.Connection, parts: Parts, change: Change, touched: Fids) -> Iterator[Names]:
    """The names that stay of the segments that end."""
    for segment in change.ended:
        names = read_names(connection, parts, segment)
        yield names.some(parts.alive(connection, segment) & ~np.isin(names.fids, touched))
