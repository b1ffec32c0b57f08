"""Read the whole audit chain again and name every place where it is not what was sealed.

What each kind means is said at `Wrong`. Two things can not be told from the lines alone and are
named by their span: a run of lines whose hashes were all computed afresh (bounded by the signed
heads before and after it), and a cut tail (bounded by the exported head).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

import sqlalchemy as sa

from diban.governance.chain import GENESIS, digest_of, link
from diban.governance.head import Head
from diban.governance.ledger_tables import audit_head, audit_line
from diban.governance.seal import SEALED
from diban.governance.signing import Trusted
from diban.ground import instant, micros, now
from diban.store import value_of

LIMIT = 200
"""So many broken places are told apart and named; `ChainVerdict.more` says that there are others."""
UNSEALED_SECONDS = 60.0
_PAGE = 2000

Row = sa.Row[Any]


class Wrong(StrEnum):
    """What can be wrong with a place in the chain."""

    EDITED = "edited"
    """The line, or its seal, is not what was sealed here."""
    MISSING = "missing"
    """Lines are gone from here, others follow."""
    TAIL_CUT = "tail-cut"
    """Lines are gone from here to the end that a signed head attests."""
    SWAPPED = "swapped"
    """The line is whole and belongs to ``home``, whose line stands here."""
    REORDERED = "reordered"
    """The line is whole and belongs to ``home``."""
    ADDED = "added"
    """A second line claims this place."""
    REWRITTEN = "rewritten"
    """From some place in this span to its last, lines fit each other but not what follows or is signed."""
    UNSEALED = "unsealed"
    """A line has waited too long for its seal."""
    HEAD = "head"
    """The signed head is absent, or its signature does not hold."""


@dataclass(frozen=True, slots=True)
class Break:
    """One broken place: positions ``first`` to ``last`` (0 when it has none), the line's id where known."""

    kind: Wrong
    first: int
    last: int
    line: str | None = None
    home: int | None = None


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """How many sealed lines were read, the position of the head they were held against, what is broken."""

    lines: int
    head: int | None
    breaks: tuple[Break, ...]
    more: bool

    @property
    def whole(self) -> bool:
        """Whether nothing is broken."""
        return not self.breaks


def verify(
    connection: sa.Connection,
    head: Head | None,
    trusted: Trusted,
    *,
    unsealed_seconds: float = UNSEALED_SECONDS,
) -> ChainVerdict:
    """Hold every line against the chain, and the chain against the signed heads.

    Read ``head`` from its file before opening the connection's transaction: an older head is
    attested by a longer chain, a newer one looks like a cut tail. About 30,000 lines a second.
    """
    breaks: list[Break] = []
    attested = dict(_attested(connection, head, trusted, breaks))
    walk = _Walk(attested)
    rows = sa.select(audit_line).where(audit_line.c.position.is_not(None)).order_by(audit_line.c.position)
    for row in connection.execute(rows.execution_options(yield_per=_PAGE)):
        walk.step(row)
    if head is None and walk.lines:
        breaks.append(Break(Wrong.HEAD, walk.at, walk.at))
    end = max([walk.at, value_of(connection, SEALED), *attested])
    if end > walk.at:
        walk.breaks.append(Break(Wrong.TAIL_CUT, walk.at + 1, end))
    breaks += [*walk.breaks, *walk.told_apart(), *_unsealed(connection, unsealed_seconds)]
    breaks.sort(key=lambda found: (found.first, found.last))
    position = None if head is None else head.position
    return ChainVerdict(walk.lines, position, tuple(breaks[:LIMIT]), walk.more or len(breaks) > LIMIT)


def _attested(
    connection: sa.Connection, head: Head | None, trusted: Trusted, breaks: list[Break]
) -> Iterator[tuple[int, str]]:
    """Position and hash of every signed head whose signature holds; the others are breaks."""
    kept = [
        Head(row.position, row.hash, instant(row.at), row.key, row.signature)
        for row in connection.execute(sa.select(audit_head).order_by(audit_head.c.position))
    ]
    for found in [*kept, *([head] if head else [])]:
        if found.holds(trusted):
            yield found.position, found.hash
        else:
            breaks.append(Break(Wrong.HEAD, found.position, found.position))


def _unsealed(connection: sa.Connection, seconds: float) -> Iterator[Break]:
    latest = micros(now() - timedelta(seconds=seconds))
    waiting = sa.select(audit_line.c.id).where(audit_line.c.position.is_(None), audit_line.c.at < latest)
    for row in connection.execute(waiting.order_by(audit_line.c.at, audit_line.c.id).limit(LIMIT + 1)):
        yield Break(Wrong.UNSEALED, 0, 0, row.id)


@dataclass(slots=True)
class _Walk:
    """Goes from line to line; remembers the last place, and the lines that need telling apart."""

    attested: dict[int, str]
    at: int = 0
    hash: str | None = GENESIS
    lines: int = 0
    good: int = 0
    blamed: int = 0
    more: bool = False
    breaks: list[Break] = field(default_factory=list)
    suspects: list[Row] = field(default_factory=list)

    def step(self, row: Row) -> None:
        self.lines += 1
        if row.position <= self.at:
            self._note(Break(Wrong.ADDED, row.position, row.position, row.id))
            return
        if row.position > self.at + 1:
            self._note(Break(Wrong.MISSING, self.at + 1, row.position - 1))
            self.hash = None
        signed = self.attested.get(row.position)
        if not _sound(row):
            self._suspect(row)
        elif self.hash is not None and row.previous != self.hash and self.blamed != self.at:
            self._note(Break(Wrong.REWRITTEN, self.good + 1, max(self.at, 1)))
        elif signed is not None and signed != row.hash:
            self._note(Break(Wrong.REWRITTEN, self.good + 1, row.position))
        if signed is not None:
            self.good = row.position
        self.at, self.hash = row.position, row.hash

    def told_apart(self) -> Iterator[Break]:
        """Lines that do not fit their place: edited, or whole and moved from another place."""
        places = list(islice(self._places(), 2 * LIMIT))
        homes = {row.position: self._home(row, places) for row in self.suspects}
        for row in self.suspects:
            home = homes[row.position]
            if home is None:
                yield Break(Wrong.EDITED, row.position, row.position, row.id)
                continue
            kind = Wrong.SWAPPED if homes.get(home) == row.position else Wrong.REORDERED
            yield Break(kind, row.position, row.position, row.id, home)

    def _home(self, row: Row, places: list[int]) -> int | None:
        digest = digest_of(row)
        if digest != row.digest:  # its words moved, the seals stayed
            return next((other.position for other in self.suspects if other.digest == digest), None)
        return next((at for at in places if link(at, row.previous, digest) == row.hash), None)

    def _places(self) -> Iterator[int]:
        for row in self.suspects:
            yield row.position
        for gap in self.breaks:
            if gap.kind in (Wrong.MISSING, Wrong.TAIL_CUT):
                yield from range(gap.first, gap.last + 1)

    def _note(self, found: Break) -> None:
        if len(self.breaks) < LIMIT:
            self.breaks.append(found)
        else:
            self.more = True

    def _suspect(self, row: Row) -> None:
        self.blamed = row.position
        if len(self.suspects) < LIMIT:
            self.suspects.append(row)
        else:
            self.more = True


def _sound(row: Row) -> bool:
    """Whether a line agrees with its own seal."""
    return bool(
        digest_of(row) == row.digest and link(row.position, str(row.previous), str(row.digest)) == row.hash
    )
