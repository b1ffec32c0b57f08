"""What a search has found and the asker may see: resources and places, as documents."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from diban.catalogue import Candidate, Match, Resource, ResourceLayer
from diban.ground import Extent, Text, VersionId
from diban.share.parameters.hit_kind import PLACE, RESOURCE

NEAR = 0.005
"""Degrees, about 500 m: pieces of the same name in the same layer that lie as near are one place."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A name that was found, with what bears it; ``spans`` are the places in ``value`` that match."""

    match: Match
    title: Text
    resource: Resource
    value: str
    spans: list[list[int]]

    def as_json(self, language: str) -> dict[str, Any]:
        """The hit as a document; ``label`` is its title in the reader's language."""
        return {
            "kind": RESOURCE,
            **self._found(language),
            "bbox": None,
            "href": f"/api/resources/{self.resource.slug}",
            "page": f"/resources/{self.resource.slug}",
        }

    def _found(self, language: str) -> dict[str, Any]:
        return {
            "title": self.title.as_json(),
            "label": self.title.in_language(language),
            "match": {"value": self.match.name.lower(), "title": self.match.words.as_json()},
            "found": {"value": self.value, "spans": self.spans},
            "resource": {"slug": self.resource.slug, "title": self.resource.entry.title.as_json()},
        }


@dataclass(frozen=True, slots=True)
class PlaceHit(Hit):
    """A feature: its layer, version and number, and where; ``indexed`` is the version the index shows."""

    layer: ResourceLayer
    fid: int
    field: Text
    version: VersionId
    indexed: str | None
    extent: Extent | None
    point: tuple[float, float] | None

    def as_json(self, language: str) -> dict[str, Any]:
        """The same, with its layer, number and place."""
        found = self._found(language)
        found["found"]["field"] = self.field.as_json()
        slug = self.layer.slug
        return {
            "kind": PLACE,
            **found,
            "layer": {"slug": slug, "title": self.layer.title.as_json()},
            "fid": self.fid,
            "version": self.version,
            "indexed_version": self.indexed,
            "bbox": None if self.extent is None else self.extent.as_list(),
            "point": None if self.point is None else list(self.point),
            "href": f"/ogc/collections/{slug}/items/{self.fid}",
            "page": f"/map?pick={slug}/{self.fid}",
        }

    def alike(self, other: PlaceHit) -> bool:
        """Whether the other is a further piece of this place."""
        same = self.layer.slug == other.layer.slug and self.title == other.title and self.value == other.value
        if not same or self.extent is None or other.extent is None:
            return same and self.fid == other.fid
        mine, its = self.extent, other.extent
        apart = max(
            its.west - mine.east, mine.west - its.east, its.south - mine.north, mine.south - its.north
        )
        return apart <= NEAR

    def joined(self, other: PlaceHit) -> PlaceHit:
        """This place grown by a further piece."""
        if self.extent is None or other.extent is None:
            return self
        return replace(self, extent=self.extent.union(other.extent))


@dataclass(slots=True)
class Hits:
    """Hits in the order in which they were found, at most ``limit`` of each kind."""

    kinds: tuple[str, ...]
    limit: int
    resources: list[Hit] = field(default_factory=list)
    places: list[PlaceHit] = field(default_factory=list)
    dropped: bool = False
    """Whether names were found that the asker may not see, or that are no more: looking further may help."""

    def lacks(self, kind: str) -> bool:
        """Whether more of this kind are wanted."""
        held = self.resources if kind == RESOURCE else self.places
        return kind in self.kinds and len(held) < self.limit

    @property
    def bare(self) -> frozenset[str]:
        """The kinds of which nothing is held yet."""
        held = {RESOURCE: self.resources, PLACE: self.places}
        return frozenset(kind for kind in self.kinds if not held[kind])

    @property
    def full(self) -> bool:
        """Whether nothing more is wanted."""
        return not any(self.lacks(kind) for kind in self.kinds)

    def add_resource(self, hit: Hit) -> None:
        """Take a resource that is not held yet."""
        if all(held.resource.id != hit.resource.id for held in self.resources):
            self.resources.append(hit)

    def add_place(self, hit: PlaceHit) -> None:
        """Take a place, or let one that is held grow by it."""
        for place, held in enumerate(self.places):
            if held.layer.slug == hit.layer.slug and held.fid == hit.fid:
                return
            if held.alike(hit):
                self.places[place] = held.joined(hit)
                return
        if len(self.places) < self.limit:
            self.places.append(hit)


def order(candidate: Candidate, *, place: bool, about: bool) -> tuple[float | str, ...]:
    """What is shown first: the better match, resources before places, the nearer to what was asked."""
    match = max(candidate.rank.match, Match.CONTAINS) if about else candidate.rank.match
    return (match, place, about, candidate.rank.distance, candidate.text, candidate.source, candidate.fid)
