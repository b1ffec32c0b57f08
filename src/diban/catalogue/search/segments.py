"""Segments: names written once, with their postings, in acts short enough to stop nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from diban.catalogue.search.folding import folded
from diban.catalogue.search.grams import terms_of
from diban.catalogue.search.names import BLOCK_NAMES, Boxes, Names, write_block
from diban.catalogue.search.postings import SEGMENT_NAMES, packed
from diban.catalogue.search.spelling import spelled
from diban.catalogue.search.tables import search_block, search_part, search_posting, search_segment
from diban.store import Database, advance, unit

SEGMENT = SEGMENT_NAMES
BLOCKS_OF_SEGMENT = SEGMENT // BLOCK_NAMES
ROWS_AT_ONCE = 4_000
"""Rows written or removed in one act: some tens of milliseconds."""

BUILDING, LIVE, ENDED = "building", "live", "ended"

Row = Mapping[str, object]


class Builder:
    """Takes names of one source and writes them as segments that nobody reads until they are made live."""

    def __init__(self, database: Database, source: int, size: int = SEGMENT) -> None:
        self._database, self._source, self._size = database, source, size
        self._held: list[Names] = []
        self._count = 0
        self.segments: list[int] = []
        """The segments written so far."""

    def add(self, names: Names) -> None:
        """Take a batch; whole segments are written as soon as they are full."""
        self._held.append(names)
        self._count += len(names)
        while self._count >= self._size:
            self._write(self._size)

    def finish(self) -> list[int]:
        """Write what is left; the numbers of all segments written."""
        if self._count:
            self._write(self._count)
        return self.segments

    def _write(self, count: int) -> None:
        names = Names.joined(self._held)
        order = np.arange(len(names))
        self._held = [names.some(order[count:])] if count < len(names) else []
        self._count = len(names) - count
        self.segments.append(write_segment(self._database, self._source, names.some(order[:count])))


def write_segment(database: Database, source: int, names: Names) -> int:
    """Write one segment of at most `SEGMENT` names, the shortest first; its number."""
    plain = [folded(text) for text in names.texts]
    lengths = np.array([len(text) for text in plain])
    order = np.argsort(lengths, kind="stable")
    names, plain, lengths = names.some(order), [plain[place] for place in order], lengths[order]
    with unit(database) as act:
        number = advance(act.connection, "search.segment")
        act.connection.execute(
            sa.insert(search_segment).values(
                number=number, source=source, state=BUILDING, names=len(names), gone=0
            )
        )
        parts = {
            "fids": names.fids.astype("<i8").tobytes(),
            "lengths": np.minimum(lengths, 65_535).astype("<u2").tobytes(),
            "boxes": _outward(names.boxes).tobytes(),
        }
        rows = [{"segment": number, "part": part, "data": data} for part, data in parts.items()]
        act.connection.execute(sa.insert(search_part), rows)
    _insert(database, search_block, _blocks(number, names.texts), ROWS_AT_ONCE // 16)
    _insert(database, search_posting, _postings(number, plain), ROWS_AT_ONCE)
    return number


def remove_leftovers(database: Database) -> None:
    """Remove segments that have ended, and those that an interrupted build left."""
    with unit(database) as act:
        left = act.connection.execute(
            sa.select(search_segment.c.number).where(search_segment.c.state != LIVE)
        ).scalars()
        numbers = list(left)
    for number in numbers:
        first = number * BLOCKS_OF_SEGMENT
        mine = search_block.c.number.between(first, first + BLOCKS_OF_SEGMENT - 1)
        _remove(database, search_block.c.number, mine, ROWS_AT_ONCE // 16)
        _remove(database, search_posting.c.term, search_posting.c.segment == number, ROWS_AT_ONCE)
        with unit(database) as act:
            act.connection.execute(sa.delete(search_part).where(search_part.c.segment == number))
            act.connection.execute(sa.delete(search_segment).where(search_segment.c.number == number))


def purge(database: Database) -> None:
    """After an erasure: let nothing of removed rows stay in pages and logs of the index.

    On PostgreSQL the tables are written anew, as those of layers are. SQLite overwrites what it removes,
    and its log is emptied into the file.
    """
    if database.embedded:
        plain = database.engine.raw_connection()
        try:
            plain.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            plain.close()
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (search_block, search_posting, search_part):
            connection.execute(sa.text(f"VACUUM (FULL, ANALYZE) {table.name}"))


def _outward(boxes: Boxes) -> npt.NDArray[np.float32]:
    """Boxes in single precision, rounded so that they hold what they held."""
    single = boxes.astype("<f4")
    for sides, toward in ((slice(0, 2), -np.inf), (slice(2, 4), np.inf)):
        further = np.nextafter(single[:, sides], np.float32(toward))
        inside = single[:, sides] > boxes[:, sides] if toward < 0 else single[:, sides] < boxes[:, sides]
        single[:, sides] = np.where(inside, further, single[:, sides])
    return single


def _blocks(segment: int, texts: Sequence[str]) -> Iterator[Row]:
    for block, start in enumerate(range(0, len(texts), BLOCK_NAMES)):
        data = write_block(list(texts[start : start + BLOCK_NAMES]))
        yield {"number": segment * BLOCKS_OF_SEGMENT + block, "data": data}


def _postings(segment: int, plain: Sequence[str]) -> Iterator[Row]:
    terms, places = terms_of(plain, [spelled(text) for text in plain])
    starts = np.flatnonzero(np.r_[True, terms[1:] != terms[:-1]])
    ends = np.r_[starts[1:], len(terms)]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield {"segment": segment, "term": int(terms[start]), "places": packed(places[start:end])}


def _insert(database: Database, table: sa.Table, rows: Iterator[Row], at_once: int) -> None:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == at_once:
            _insert_now(database, table, batch)
            batch = []
    if batch:
        _insert_now(database, table, batch)


def _insert_now(database: Database, table: sa.Table, batch: list[Row]) -> None:
    with unit(database) as act:
        act.connection.execute(sa.insert(table), batch)


def _remove(
    database: Database, key: sa.ColumnElement[int], mine: sa.ColumnElement[bool], at_once: int
) -> None:
    table = key.table
    while True:
        some = sa.select(key).where(mine).order_by(key).limit(at_once)
        with unit(database) as act:
            last = act.connection.execute(sa.select(sa.func.max(some.subquery().c[0]))).scalar()
            if last is None:
                return
            act.connection.execute(sa.delete(table).where(mine, key <= last))
