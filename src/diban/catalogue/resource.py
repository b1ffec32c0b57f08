"""A resource as the catalogue holds it: its entry, where it stands, and what its layers hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from diban.catalogue.entry import Entry
from diban.catalogue.resource_code import ResourceCode
from diban.catalogue.state import State
from diban.ground import AccountId, Extent, LayerId, Missing, ResourceId, Schema, Text, VersionId


@dataclass(frozen=True, slots=True)
class ResourceLayer:
    """A declared layer and, once the base has it, its id and a summary of its current version."""

    slug: str
    title: Text
    schema: Schema
    layer: LayerId | None = None
    version: VersionId | None = None
    rows: int = 0
    extent: Extent | None = None
    landed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource at one ``revision``, which grows with every change of entry or state.

    ``code`` is given at registration and stays for good.
    """

    id: ResourceId
    code: ResourceCode | None
    entry: Entry
    state: State
    revision: int
    layers: tuple[ResourceLayer, ...]
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None

    @property
    def slug(self) -> str:
        """The resource's name in addresses."""
        return self.entry.slug

    def layer(self, slug: str) -> ResourceLayer:
        """The layer of that slug; `Missing` when the resource has none."""
        for layer in self.layers:
            if layer.slug == slug:
                return layer
        raise Missing(Text(zh=f"没有图层“{slug}”", en=f"there is no layer {slug!r}"), field="layer")


@dataclass(frozen=True, slots=True)
class Moved:
    """A step of a resource's history; ``before`` is None on entering and equals ``after`` on editing."""

    at: datetime
    by: AccountId
    before: State | None
    after: State
    why: str
    revision: int
