"""From names in the index to hits: each is confirmed by a read under the asker's scope, or it is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa
import shapely

from diban.base import Snapshot
from diban.catalogue import (
    ABOUT,
    RESOURCES,
    Asked,
    Candidate,
    Look,
    Match,
    Resource,
    Source,
    Wanted,
    shown,
    snippet,
    spans,
)
from diban.governance import Asker
from diban.ground import FID, GEOMETRY, NOW, Extent, LayerId, ResourceId, Scope, Text
from diban.share.offered.directory import Directory
from diban.share.offered.holdings import Holdings
from diban.share.pages.hits import Hit, Hits, PlaceHit, order
from diban.share.parameters.bbox import widened
from diban.share.parameters.hit_kind import PLACE, RESOURCE
from diban.share.services import Services
from diban.store import reading

LOOKS = (200, 2_000)
"""Names of each sort of match that are considered; the second look is for who may see few of the first."""
AT_ONCE = 24
"""Names that are confirmed together."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, and where: only what meets one of the boxes, when there are any."""

    asked: Asked
    asker: Asker
    scope: Scope
    kinds: tuple[str, ...]
    limit: int
    boxes: tuple[Extent, ...]


class Finder:
    """Finds names for askers; nothing of what they may not see is told, nor counted."""

    def __init__(self, services: Services, directory: Directory, holdings: Holdings) -> None:
        self._services, self._directory, self._holdings = services, directory, holdings

    def find(self, question: Question) -> Hits:
        """The hits, the best first."""
        hits = Hits(question.kinds, question.limit)
        for most in LOOKS:
            search = _Search(self._services, self._directory, self._holdings, question)
            search.run(hits, most)
            if hits.full or not hits.dropped:
                break
        return hits


@dataclass(slots=True)
class _Search:
    """One look into the index. It holds no connection while it confirms, which takes others."""

    services: Services
    directory: Directory
    holdings: Holdings
    question: Question
    sources: dict[int, Source] = field(default_factory=dict)
    offered: dict[LayerId, tuple[str, ResourceId]] = field(default_factory=dict)
    snapshots: dict[LayerId, Snapshot] = field(default_factory=dict)
    holders: dict[ResourceId, Resource] = field(default_factory=dict)

    def run(self, hits: Hits, most: int) -> None:
        """Confirm what the index answers, in order, until there is enough of it."""
        wanted = self._wanted()
        for sort in (Look.by_characters, Look.by_sound, Look.by_first_letters):
            self._take(self._look(wanted, most, sort), hits.lacks, hits)
            if hits.full:
                return
        # What is merely like the query is for those kinds of which there is nothing else.
        if bare := hits.bare:
            alike = self._look(wanted, most, Look.by_likeness)
            self._take(alike, lambda kind: kind in bare and hits.lacks(kind), hits)

    def _look(self, wanted: Wanted, most: int, sort: Callable[[Look], list[Candidate]]) -> list[Candidate]:
        with reading(self.services.database) as connection:
            return sort(self.services.search.look(connection, self.question.asked, wanted, most))

    def _take(self, found: list[Candidate], wants: Callable[[str], bool], hits: Hits) -> None:
        ordered = (each for each in sorted(found, key=self._order) if wants(self._kind(each)))
        while some := list(islice(ordered, AT_ONCE)):
            self._confirm(some, hits)

    def _wanted(self) -> Wanted:
        """The sources whose names the asker may search in, and where."""
        with reading(self.services.database) as connection:
            found = self.services.search.sources(connection)
            layers = {each.subject for each in found if each.subject != RESOURCES}
            self.offered = self.services.catalogue.offered(connection, layers)
        self.sources = {each.number: each for each in found if self._may_search(each)}
        boxes = {number: self._boxes(each) for number, each in self.sources.items()}
        about = frozenset(each.number for each in found if each.subject == RESOURCES and each.field == ABOUT)
        limited = {number: some for number, some in boxes.items() if some}
        return Wanted(list(self.sources), limited, about)

    def _may_search(self, source: Source) -> bool:
        if source.subject == RESOURCES:
            return RESOURCE in self.question.kinds
        layer, scope = LayerId(source.subject), self.question.scope
        known = PLACE in self.question.kinds and layer in self.offered and scope.allows(layer)
        return known and scope.on(layer).plain(source.field)

    def _boxes(self, source: Source) -> tuple[Extent, ...]:
        """The boxes of which a name's own must meet one: those asked for, else that of the area in sight."""
        if source.subject == RESOURCES:
            return ()
        limits = self.question.scope.on(LayerId(source.subject))
        boxes = self.question.boxes
        if not boxes and limits.area is not None:
            boxes = (Extent(*(float(side) for side in shapely.from_wkb(limits.area).bounds)),)
        if limits.decimals is None:
            return boxes
        moved = 2 * 10.0**-limits.decimals  # as far as what is shown may lie from its true place, and more
        return tuple(
            Extent(box.west - moved, box.south - moved, box.east + moved, box.north + moved) for box in boxes
        )

    def _order(self, candidate: Candidate) -> tuple[float | str, ...]:
        source = self.sources[candidate.source]
        resources = source.subject == RESOURCES
        return order(candidate, place=not resources, about=resources and source.field == ABOUT)

    def _kind(self, candidate: Candidate) -> str:
        return RESOURCE if self.sources[candidate.source].subject == RESOURCES else PLACE

    def _confirm(self, some: Sequence[Candidate], hits: Hits) -> None:
        """Add those that the asker may see, in their order."""
        numbers = [each.fid for each in some if self._kind(each) == RESOURCE]
        resources = self._resources(numbers)
        rows = self._rows([each for each in some if self._kind(each) == PLACE])
        for each in some:
            source = self.sources[each.source]
            if self._kind(each) == RESOURCE:
                found = resources.get(each.fid)
                hit = None if found is None else self._resource_hit(each, source, found)
            else:
                hit = self._place_hit(each, source, rows.get((source.subject, each.fid)))
            if hit is None:
                hits.dropped = True
            elif isinstance(hit, PlaceHit):
                hits.add_place(hit)
            elif hits.lacks(RESOURCE):
                hits.add_resource(hit)

    def _resources(self, numbers: list[int]) -> dict[int, Resource]:
        if not numbers:
            return {}
        with reading(self.services.database) as connection:
            known = self.services.search.resources_of(connection, numbers)
            listed = self.services.catalogue.some(connection, set(known.values()))
        found = {each.id: each for each in listed}
        asker, scope = self.question.asker, self.question.scope
        return {
            number: found[one]
            for number, one in known.items()
            if one in found and self.directory.visible(found[one], asker, scope) and self._lies(found[one])
        }

    def _lies(self, resource: Resource) -> bool:
        """Whether what may be seen of a resource lies in the box that is asked for."""
        if not self.question.boxes:
            return True
        extents = [self.holdings.extent(layer, self.question.scope) for layer in resource.layers]
        return any(
            extent is not None and extent.meets(box) for extent in extents for box in self.question.boxes
        )

    def _resource_hit(self, candidate: Candidate, source: Source, resource: Resource) -> Hit | None:
        about, title = source.field == ABOUT, resource.entry.title
        if not about and candidate.text not in (shown(title.zh), shown(title.en)):
            return None
        match = Match(max(candidate.rank.match, Match.CONTAINS)) if about else candidate.rank.match
        value = snippet(self.question.asked, candidate.text) or title.zh if about else candidate.text
        return Hit(match, title, resource, value, spans(self.question.asked, value))

    def _rows(self, some: Sequence[Candidate]) -> dict[tuple[str, int], dict[str, Any]]:
        """The rows of these features that may be seen, by layer and number."""
        by_layer: dict[str, set[int]] = {}
        for each in some:
            by_layer.setdefault(self.sources[each.source].subject, set()).add(each.fid)
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        for layer, fids in by_layer.items():
            batch = self._read(LayerId(layer), sorted(fids))
            rows.update(((layer, row[FID]), row) for row in batch.to_pylist())
        return rows

    def _read(self, layer: LayerId, fids: list[int]) -> pa.RecordBatch:
        snapshot = self.snapshots.get(layer)
        if snapshot is None:
            base, seconds = self.services.base, self.services.read_seconds
            snapshot = self.snapshots[layer] = base.at(layer, NOW, self.question.scope, seconds)
        return snapshot.features(fids, self._readable(layer))

    def _readable(self, layer: LayerId) -> tuple[str, ...]:
        """The fields of names that may be searched in, in the schema's order."""
        held = {each.field for each in self.sources.values() if each.subject == layer}
        return tuple(name for name in self.snapshots[layer].schema.names() if name in held)

    def _place_hit(self, candidate: Candidate, source: Source, row: dict[str, Any] | None) -> PlaceHit | None:
        value = None if row is None else row.get(source.field)
        if row is None or value is None or shown(value) != candidate.text:
            return None
        layer = LayerId(source.subject)
        shape = shapely.from_wkb(row.get(GEOMETRY))
        boxes = widened(self.question.boxes, self.question.scope.on(layer).decimals)
        if boxes and (shape is None or not _meets(shape, boxes)):
            return None
        slug, holder = self.offered[layer]
        if holder not in self.holders:
            with reading(self.services.database) as connection:
                self.holders[holder] = self.services.catalogue.get(connection, holder)
        resource = self.holders[holder]
        snapshot = self.snapshots[layer]
        assert snapshot.version is not None
        return PlaceHit(
            match=candidate.rank.match,
            title=_title(row, self._readable(layer), candidate.text),
            resource=resource,
            value=candidate.text,
            spans=spans(self.question.asked, candidate.text),
            layer=resource.layer(slug),
            fid=candidate.fid,
            field=snapshot.schema.field(source.field).title,
            version=snapshot.version.id,
            indexed=source.version,
            **_where(shape),
        )


def _meets(shape: Any, boxes: tuple[Extent, ...]) -> bool:
    return any(shapely.intersects(shapely.box(*box.as_list()), shape) for box in boxes)


def _where(shape: Any) -> dict[str, Any]:
    """The box around a shape and a point of it; None for each where there is no shape."""
    if shape is None or shape.is_empty:
        return {"extent": None, "point": None}
    inside = shapely.point_on_surface(shape)
    return {"extent": Extent(*(float(side) for side in shape.bounds)), "point": (inside.x, inside.y)}


def _title(row: dict[str, Any], fields: Sequence[str], value: str) -> Text:
    """The feature's name in both languages: its first fields of names, else what was found."""
    english = next((name for name in fields if name.endswith("_en") and row[name]), None)
    chinese = next((name for name in fields if not name.endswith("_en") and row[name]), None)
    zh = shown(row[chinese]) if chinese is not None else value
    return Text(zh=zh, en=shown(row[english]) if english is not None else zh)
