"""What is offered: the layers of published resources by slug, and who may know of them."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from diban.catalogue import KeptStyle, Resource, ResourceLayer, State
from diban.governance import Asker, Permission
from diban.ground import Denied, LayerId, Missing, Scope, Text
from diban.share.services import Services
from diban.store import reading

MOST_RESOURCES = 100_000


@dataclass(frozen=True, slots=True)
class Offered:
    """A layer on offer, with its resource."""

    resource: Resource
    layer: ResourceLayer
    id: LayerId

    def attribution(self, language: str) -> dict[str, Any]:
        """Source, licence and version, which every answer carries (注明来源)."""
        entry = self.resource.entry
        return {
            "source": entry.source.in_language(language),
            "licence": entry.licence.in_language(language),
            "version": self.layer.version,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """A layer, on offer or not, with its resource."""

    resource: Resource
    layer: ResourceLayer


@dataclass(frozen=True, slots=True)
class _Listing:
    """Everything in the catalogue, as of a generation."""

    generation: int
    resources: tuple[Resource, ...]
    offered: dict[str, Offered]
    styles: dict[LayerId, KeptStyle]


class Directory:
    """Resources and their layers, read again whenever the generation has moved."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._listing = _Listing(-1, (), {}, {})

    def resources(self) -> tuple[Resource, ...]:
        """Every resource, by slug, as of now: whoever has just acted sees it, whichever process they ask."""
        self._services.generation.forget()
        return self._present().resources

    def offered(self) -> dict[str, Offered]:
        """The layers of published resources by slug."""
        return self._present().offered

    def style(self, layer: LayerId) -> KeptStyle | None:
        """The style that was kept for a layer last; None when none was."""
        return self._present().styles.get(layer)

    def collection(self, slug: str, asker: Asker, scope: Scope) -> Offered:
        """The layer of that slug, if this asker may read it.

        `Denied`, with whom to ask for access, where the catalogue entry is visible to them;
        `Missing` exactly as for a slug that nobody took, where it is not.
        """
        found = self.offered().get(slug)
        if found is not None and scope.allows(found.id):
            return found
        if found is not None and self.visible(found.resource, asker, scope):
            raise Denied(
                Text(zh=f"未获授权查看“{slug}”", en=f"no grant to read {slug!r}"),
                field="collection",
                limit=found.resource.entry.sharing.value,
                remedy=Text(
                    zh=f"请资源页所列的提供方授权：/resources/{found.resource.slug}",
                    en=f"ask the provider, named on its page, for a grant: /resources/{found.resource.slug}",
                ),
            )
        raise Missing(Text(zh=f"没有“{slug[:80]}”", en=f"there is no {slug[:80]!r}"), field="collection")

    def remembered(self, slug: str, scope: Scope) -> Offered | None:
        """`collection` without reading the catalogue; None where it would read, or refuse."""
        listing = self._listing
        if listing.generation != self._services.generation.held():
            return None
        found = listing.offered.get(slug)
        return found if found is not None and scope.allows(found.id) else None

    def visible(self, resource: Resource, asker: Asker, scope: Scope) -> bool:
        """Whether the asker may know of the resource's catalogue entry."""
        if asker.allowed(Permission.SEE_ALL) or resource.entry.provider in asker.reach:
            return True
        if resource.state is not State.PUBLISHED:
            return False
        return asker.account is not None or any(
            layer.layer is not None and scope.allows(layer.layer) for layer in resource.layers
        )

    def known(self, layers: Collection[str], asker: Asker, scope: Scope) -> dict[str, Known]:
        """Of these layers of the base, by id, those whose resource the asker may know of."""
        return {
            layer.layer: Known(resource, layer)
            for resource in self.resources()
            for layer in resource.layers
            if layer.layer is not None and layer.layer in layers and self.visible(resource, asker, scope)
        }

    def _present(self) -> _Listing:
        generation = self._services.generation.current()
        listing = self._listing
        if listing.generation == generation:
            return listing
        with self._lock:  # one reads the catalogue, those who came with it wait for what it found
            if self._listing.generation != generation:
                self._listing = self._read(generation)
            return self._listing

    def _read(self, generation: int) -> _Listing:
        with reading(self._services.database) as connection:
            found = self._services.catalogue.list(connection, tuple(State), limit=MOST_RESOURCES)
            styles = self._services.styles.all_current(connection)
        offered = {
            layer.slug: Offered(resource, layer, layer.layer)
            for resource in found
            if resource.state is State.PUBLISHED
            for layer in resource.layers
            if layer.layer is not None
        }
        return _Listing(generation, tuple(found), offered, styles)
