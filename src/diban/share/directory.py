"""What is offered: the layers of published resources by slug, and who may know of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from diban.catalogue import Resource, ResourceLayer, State
from diban.governance import Asker, Permission
from diban.ground import Denied, LayerId, Missing, Scope, Text
from diban.share.services import Services
from diban.store import reading

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Offered:
    """A layer on offer, with its resource."""

    resource: Resource
    layer: ResourceLayer
    id: LayerId


class Directory:
    """Resources and their layers, read again whenever the generation has moved."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._of = -1
        self._resources: tuple[Resource, ...] = ()
        self._offered: dict[str, Offered] = {}

    def resources(self) -> tuple[Resource, ...]:
        """Every resource, by slug."""
        self._refresh()
        return self._resources

    def offered(self) -> dict[str, Offered]:
        """The layers of published resources by slug."""
        self._refresh()
        return self._offered

    def collection(self, slug: str, asker: Asker, scope: Scope) -> Offered:
        """The layer of that slug, if this asker may read it.

        `Denied`, with the way to ask for access, where the catalogue entry is visible to them;
        `Missing` exactly as for a slug that nobody took, where it is not.
        """
        found = self.offered().get(slug)
        if found is not None and scope.allows(found.id):
            return found
        if found is not None and self.visible(found.resource, asker, scope):
            raise Denied(
                Text(zh=f"未获授权查看“{slug}”", en=f"no grant to read {slug!r}"),
                field="collectionId",
                limit=found.resource.entry.sharing.words.en,
                remedy=Text(
                    zh=f"在目录中申请共享：/catalogue/{found.resource.slug}",
                    en=f"request access in the catalogue: /catalogue/{found.resource.slug}",
                ),
            )
        raise Missing(Text(zh=f"没有“{slug[:80]}”", en=f"there is no {slug[:80]!r}"), field="collectionId")

    def visible(self, resource: Resource, asker: Asker, scope: Scope) -> bool:
        """Whether the asker may know of the resource's catalogue entry."""
        if asker.allowed(Permission.SEE_ALL) or resource.entry.provider in asker.reach:
            return True
        if resource.state is not State.PUBLISHED:
            return False
        return asker.account is not None or any(
            layer.layer is not None and scope.allows(layer.layer) for layer in resource.layers
        )

    def _refresh(self) -> None:
        generation = self._services.generation.current()
        if generation == self._of:
            return
        with reading(self._services.database) as connection:
            resources = tuple(self._services.catalogue.list(connection, tuple(State), limit=_MOST))
        offered = {
            layer.slug: Offered(resource, layer, layer.layer)
            for resource in resources
            if resource.state is State.PUBLISHED
            for layer in resource.layers
            if layer.layer is not None
        }
        with self._lock:
            self._resources, self._offered, self._of = resources, offered, generation
