"""The index of names: sources, what changes in them, and candidates for a query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from diban.catalogue.search.candidates import Look, Wanted
from diban.catalogue.search.changes import Change, change_of, rewritten
from diban.catalogue.search.names import Names
from diban.catalogue.search.parts import Parts, live_segments, read_names
from diban.catalogue.search.query import Asked
from diban.catalogue.search.segments import ENDED, LIVE, Builder, purge, remove_leftovers
from diban.catalogue.search.tables import search_part, search_resource, search_segment, search_source
from diban.ground import ResourceId
from diban.store import Database, Unit, advance, reading

AT_ONCE = 1_000
"""Names in one statement; both engines bound their parameters."""


@dataclass(frozen=True, slots=True)
class Source:
    """One field of one layer, or one sort of text of resources, and the version that the index shows."""

    number: int
    subject: str
    field: str
    version: str | None


class SearchIndex:
    """Names under which resources and features are found; follows whoever tells it what changed."""

    def __init__(self, database: Database) -> None:
        self._database, self._parts = database, Parts()

    def sources(self, connection: sa.Connection, subject: str | None = None) -> list[Source]:
        """All sources, or those of one subject (a layer, or `RESOURCES`)."""
        asked = sa.select(search_source).order_by(search_source.c.number)
        if subject is not None:
            asked = asked.where(search_source.c.subject == subject)
        return [Source(row.number, row.subject, row.field, row.version) for row in connection.execute(asked)]

    def open(self, act: Unit, subject: str, field: str) -> Source:
        """The source of a field; a new one shows nothing yet."""
        for known in self.sources(act.connection, subject):
            if known.field == field:
                return known
        made = Source(advance(act.connection, "search.source"), subject, field, None)
        values = {"number": made.number, "subject": subject, "field": field, "version": None}
        act.connection.execute(sa.insert(search_source).values(values))
        return made

    def close(self, act: Unit, source: Source) -> None:
        """Forget a source with its names."""
        self._end(act, [each.number for each in live_segments(act.connection, [source.number])])
        act.connection.execute(sa.delete(search_source).where(search_source.c.number == source.number))

    def builder(self, source: Source) -> Builder:
        """Where all names of a source are put, to be made live by `replace`."""
        return Builder(self._database, source.number)

    def replace(self, act: Unit, source: Source, segments: Sequence[int], version: str | None) -> None:
        """Make what was built live in place of everything that the source held."""
        self._end(act, [each.number for each in live_segments(act.connection, [source.number])])
        self._begin(act, segments)
        self._show(act, source, version)

    def prepare(
        self, source: Source, touched: Sequence[int], fresh: Names, *, erased: bool = False
    ) -> Change:
        """Write what takes the place of the names of the features ``touched``: ``fresh``.

        With ``erased`` no segment stays that ever held a name of theirs. Nothing is seen before `apply`.
        """
        numbers = np.array(touched, np.int64)
        with reading(self._database) as connection:
            segments = live_segments(connection, [source.number])
            change = change_of(connection, self._parts, segments, numbers, erased=erased)
            builder = self.builder(source)
            for names in rewritten(connection, self._parts, change, numbers):
                builder.add(names)
        builder.add(fresh)
        return change.with_segments(builder.finish())

    def apply(self, act: Unit, source: Source, change: Change, version: str | None) -> None:
        """Show a prepared change."""
        for segment, data, count in change.gone:
            values = {"segment": segment, "part": "gone", "data": data}
            mine = sa.and_(search_part.c.segment == segment, search_part.c.part == "gone")
            act.connection.execute(sa.delete(search_part).where(mine))
            act.connection.execute(sa.insert(search_part).values(values))
            of = sa.update(search_segment).where(search_segment.c.number == segment)
            act.connection.execute(of.values(gone=count))
        self._end(act, [segment.number for segment in change.ended])
        self._begin(act, change.segments)
        self._show(act, source, version)

    def tidy(self, *, erased: bool = False) -> None:
        """Remove what has ended and what interrupted work left; after an erasure also from pages and logs."""
        remove_leftovers(self._database)
        if erased:
            purge(self._database)

    def resource_numbers(self, act: Unit, resources: Iterable[ResourceId]) -> dict[ResourceId, int]:
        """The numbers under which resources stand in the index; new ones get theirs."""
        wanted = list(dict.fromkeys(resources))
        known: dict[ResourceId, int] = {}
        for start in range(0, len(wanted), AT_ONCE):
            these = search_resource.c.resource.in_(wanted[start : start + AT_ONCE])
            rows = act.connection.execute(sa.select(search_resource).where(these))
            known.update((ResourceId(row.resource), row.number) for row in rows)
        fresh = [each for each in wanted if each not in known]
        if fresh:
            last = advance(act.connection, "search.resource", len(fresh))
            made = {each: last - len(fresh) + place for place, each in enumerate(fresh, 1)}
            values = [{"number": number, "resource": each} for each, number in made.items()]
            act.connection.execute(sa.insert(search_resource), values)
            known |= made
        return {each: known[each] for each in wanted}

    def resources_of(self, connection: sa.Connection, numbers: Sequence[int]) -> dict[int, ResourceId]:
        """The resources of these numbers."""
        rows = connection.execute(sa.select(search_resource).where(search_resource.c.number.in_(numbers)))
        return {row.number: ResourceId(row.resource) for row in rows}

    def look(self, connection: sa.Connection, asked: Asked, wanted: Wanted, most: int) -> Look:
        """Look for names that answer a query; candidates are no hits before a read has confirmed them."""
        return Look(connection, self._parts, asked, wanted, most)

    def names(self, connection: sa.Connection, source: Source) -> Names:
        """All names of a source that are not gone, in no order."""
        segments = live_segments(connection, [source.number])
        held = [
            read_names(connection, self._parts, segment).some(self._parts.alive(connection, segment))
            for segment in segments
        ]
        return Names.joined(held)

    def count(self, connection: sa.Connection) -> int:
        """How many names the index holds."""
        held = sa.func.coalesce(sa.func.sum(search_segment.c.names - search_segment.c.gone), 0)
        return int(connection.execute(sa.select(held).where(search_segment.c.state == LIVE)).scalar_one())

    def _begin(self, act: Unit, segments: Sequence[int]) -> None:
        mine = search_segment.c.number.in_(segments)
        act.connection.execute(sa.update(search_segment).where(mine).values(state=LIVE))

    def _end(self, act: Unit, segments: Sequence[int]) -> None:
        mine = search_segment.c.number.in_(segments)
        act.connection.execute(sa.update(search_segment).where(mine).values(state=ENDED))

    def _show(self, act: Unit, source: Source, version: str | None) -> None:
        mine = search_source.c.number == source.number
        act.connection.execute(sa.update(search_source).where(mine).values(version=version))
