"""What exists: resources entered, moved through their states, found again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from diban.catalogue.entry import Entry
from diban.catalogue.moves import move_between, moves_from
from diban.catalogue.resource import Moved, Resource
from diban.catalogue.resource_code import mint
from diban.catalogue.rows import entry_values, folded, insert_new, moved_of, record, resource_of
from diban.catalogue.state import EDITABLE, State
from diban.catalogue.tables import resource, resource_layer, resource_move
from diban.ground import (
    AccountId,
    Conflict,
    Extent,
    IllegalMove,
    Invalid,
    LayerId,
    Missing,
    PartyId,
    ResourceId,
    Text,
    TooLarge,
    VersionId,
    micros,
    new_id,
    now,
)
from diban.store import Unit

SEARCH_LENGTH = 200


class Catalogue:
    """The register of resources. Who may call what is asked of governance beforehand."""

    def enter(self, unit: Unit, entry: Entry, by: AccountId) -> Resource:
        """Enter a resource as a draft; the same entry again is the same resource.

        A changed entry replaces that of a draft or a returned resource; anywhere else it raises
        `IllegalMove`. A slug belongs to the provider who took it: `Conflict` for any other.
        """
        known = self._first(unit.connection, resource.c.slug == entry.slug, lock=True)
        if known is None:
            return self._begin(unit, entry, by)
        if known.entry.provider != entry.provider:
            raise _taken("slug", entry.slug)
        return known if known.entry == entry else self._rewrite(unit, known, entry, by)

    def move(self, unit: Unit, seen: Resource, to: State, by: AccountId, why: str = "") -> Resource:
        """Move a resource on from the state and revision in which it was seen.

        Raises `IllegalMove` when there is no such step, `Invalid` when the step needs a reason,
        `Conflict` when someone else was first. Registration gives the resource its code.
        """
        step = move_between(seen.state, to)
        if step.reason and not why.strip():
            raise Invalid(
                Text(zh="须写明理由", en="this step needs a reason"),
                field="why",
                limit="required",
                remedy=Text(zh="写给提供方看的理由", en="say why, for the provider to read"),
            )
        values: dict[str, object] = {"state": to.value}
        if to is State.PUBLISHED:
            values["published_at"] = micros(now())
        self._change(unit, seen, values, to, by, why)
        if to is State.REGISTERED and seen.code is None:
            code = str(mint(unit.connection, seen.entry.category))
            values = {"code": code, **entry_values(seen.entry, code)}
            unit.connection.execute(sa.update(resource).where(resource.c.id == seen.id).values(values))
        return self.get(unit.connection, seen.id)

    def transfer(self, unit: Unit, seen: Resource, to: PartyId, by: AccountId, why: str) -> Resource:
        """Let another party provide the resource from now on, whatever its state; the step is kept.

        It is the owner too where the former provider was. What was delivered stays under who delivered it.
        """
        former = seen.entry.provider
        owner = to if seen.entry.owner == former else seen.entry.owner
        entry = replace(seen.entry, provider=to, owner=owner)
        values = {**entry_values(entry, str(seen.code or "")), "provider": to}
        self._change(unit, seen, values, seen.state, by, why)
        return self.get(unit.connection, seen.id)

    def attach_layer(self, unit: Unit, seen: Resource, slug: str, layer: LayerId) -> None:
        """Link the base's layer to the declared one; again is nothing, another one is a `Conflict`."""
        declared = seen.layer(slug)
        changed = unit.connection.execute(
            sa.update(resource_layer)
            .where(resource_layer.c.slug == declared.slug)
            .where(sa.or_(resource_layer.c.layer.is_(None), resource_layer.c.layer == layer))
            .values(layer=layer)
        )
        if changed.rowcount == 0:
            raise _taken("layer", slug)

    def set_landed(
        self, unit: Unit, layer: LayerId, version: VersionId, rows: int, extent: Extent | None, at: datetime
    ) -> None:
        """Keep what pages show of a layer's current version, in the act that made it current."""
        changed = unit.connection.execute(
            sa.update(resource_layer)
            .where(resource_layer.c.layer == layer)
            .values(
                version=version,
                rows=rows,
                extent=None if extent is None else orjson.dumps(extent.as_list()).decode(),
                landed_at=micros(at),
            )
        )
        if changed.rowcount == 0:
            raise Missing(
                Text(zh=f"目录中没有图层 {layer}", en=f"no resource has layer {layer}"), field="layer"
            )

    def set_measured(
        self, unit: Unit, layer: LayerId, version: VersionId, rows: int, extent: Extent | None
    ) -> None:
        """Put right what pages show of that version, unless another has become current."""
        unit.connection.execute(
            sa.update(resource_layer)
            .where(resource_layer.c.layer == layer, resource_layer.c.version == version)
            .values(rows=rows, extent=None if extent is None else orjson.dumps(extent.as_list()).decode())
        )

    def get(self, connection: sa.Connection, resource_id: ResourceId) -> Resource:
        """The resource of that id; `Missing` when there is none."""
        return self._one(connection, resource.c.id == resource_id, resource_id)

    def some(self, connection: sa.Connection, ids: Collection[ResourceId]) -> Sequence[Resource]:
        """Those resources of these ids that there are, by slug."""
        query = sa.select(resource).where(resource.c.id.in_(ids)).order_by(resource.c.slug)
        return self._resources(connection, query)

    def layers_of(self, connection: sa.Connection, provider: PartyId | None) -> Sequence[LayerId]:
        """The base's layers of all resources of a provider (None: of everybody), whatever their state."""
        query = (
            sa.select(resource_layer.c.layer)
            .join(resource, resource.c.id == resource_layer.c.resource)
            .where(resource_layer.c.layer.is_not(None))
            .order_by(resource_layer.c.slug)
        )
        if provider is not None:
            query = query.where(resource.c.provider == provider)
        return [LayerId(layer) for layer in connection.execute(query).scalars()]

    def offered(
        self, connection: sa.Connection, layers: Collection[str]
    ) -> dict[LayerId, tuple[str, ResourceId]]:
        """Of these layers those of published resources: slug and resource."""
        query = (
            sa.select(resource_layer.c.layer, resource_layer.c.slug, resource_layer.c.resource)
            .join(resource, resource.c.id == resource_layer.c.resource)
            .where(resource_layer.c.layer.in_(layers), resource.c.state == State.PUBLISHED.value)
        )
        return {LayerId(row.layer): (row.slug, ResourceId(row.resource)) for row in connection.execute(query)}

    def by_slug(self, connection: sa.Connection, slug: str) -> Resource:
        """The resource of that slug; `Missing` when there is none."""
        return self._one(connection, resource.c.slug == slug, slug)

    def by_layer_slug(self, connection: sa.Connection, slug: str) -> Resource:
        """The resource that has a layer of that slug; `Missing` when none has."""
        holder = sa.select(resource_layer.c.resource).where(resource_layer.c.slug == slug)
        return self._one(connection, resource.c.id.in_(holder), slug)

    def by_layer(self, connection: sa.Connection, layer: LayerId) -> Resource:
        """The resource to which the base's layer belongs; `Missing` when there is none."""
        holder = sa.select(resource_layer.c.resource).where(resource_layer.c.layer == layer)
        return self._one(connection, resource.c.id.in_(holder), layer)

    def list(
        self,
        connection: sa.Connection,
        states: Collection[State],
        *,
        text: str = "",
        provider: PartyId | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Sequence[Resource]:
        """Resources in these states by slug, behind ``after``; each word of ``text`` must occur.

        Titles, abstracts, slugs and codes are searched, without regard to case or width.
        """
        if len(text) > SEARCH_LENGTH:
            raise TooLarge(
                Text(zh="检索词过长", en="the search text is too long"), field="text", limit=SEARCH_LENGTH
            )
        wanted = [resource.c.state.in_([state.value for state in states]), resource.c.slug > after]
        wanted += [resource.c.words.contains(word, autoescape=True) for word in folded(text).split()]
        if provider is not None:
            wanted.append(resource.c.provider == provider)
        query = sa.select(resource).where(*wanted).order_by(resource.c.slug).limit(limit)
        return self._resources(connection, query)

    def history(self, connection: sa.Connection, resource_id: ResourceId) -> Sequence[Moved]:
        """Every step of a resource since it was entered, oldest first."""
        rows = connection.execute(
            sa.select(resource_move)
            .where(resource_move.c.resource == resource_id)
            .order_by(resource_move.c.revision)
        )
        return tuple(moved_of(row) for row in rows)

    def _begin(self, unit: Unit, entry: Entry, by: AccountId) -> Resource:
        made, moment = ResourceId(new_id("res")), micros(now())
        values = {
            **entry_values(entry),
            "id": made,
            "slug": entry.slug,
            "provider": entry.provider,
            "state": State.DRAFT.value,
            "revision": 1,
            "created_at": moment,
            "changed_at": moment,
        }
        if not insert_new(unit.connection, resource, values):
            raise _taken("slug", entry.slug)
        self._keep_layers(unit, made, entry)
        record(unit, made, 1, None, State.DRAFT, by, "")
        return self.get(unit.connection, made)

    def _rewrite(self, unit: Unit, known: Resource, entry: Entry, by: AccountId) -> Resource:
        if known.state not in EDITABLE:
            raise IllegalMove(
                Text(
                    zh=f"“{known.state.words.zh}”的资源不能改动",
                    en=f"a resource that is {known.state.words.en!r} cannot be changed",
                ),
                field="entry",
                limit=", ".join(move.after.value for move in moves_from(known.state)),
                remedy=Text(zh="先退回修改或取消发布", en="have it returned or withdrawn first"),
            )
        if known.code is not None and known.code.category != entry.category:
            raise Invalid(
                Text(zh="已赋代码，分类不能再改", en="it has its code; the category is settled"),
                field="category",
                limit=str(known.code.category),
                remedy=Text(zh="另行编目一项资源", en="enter another resource"),
            )
        values = entry_values(entry, str(known.code or ""))
        self._change(unit, known, values, known.state, by, "")
        self._keep_layers(unit, known.id, entry)
        return self.get(unit.connection, known.id)

    def _change(
        self, unit: Unit, seen: Resource, values: dict[str, object], after: State, by: AccountId, why: str
    ) -> None:
        """Compare and set on the state and revision seen, and keep the step."""
        changed = unit.connection.execute(
            sa.update(resource)
            .where(resource.c.id == seen.id)
            .where(resource.c.state == seen.state.value, resource.c.revision == seen.revision)
            .values(**values, revision=seen.revision + 1, changed_at=micros(now()))
        )
        if changed.rowcount == 0:
            raise Conflict(
                Text(zh="该资源已被他人改动", en="someone else has changed this resource"),
                field="revision",
                limit=seen.revision,
                remedy=Text(zh="重新打开后再定", en="open it again, then decide"),
            )
        record(unit, seen.id, seen.revision + 1, seen.state, after, by, why)

    def _keep_layers(self, unit: Unit, made: ResourceId, entry: Entry) -> None:
        """Bring the rows of layers in line with the entry; what the base holds is not dropped."""
        mine = resource_layer.c.resource == made
        held = set(unit.connection.execute(sa.select(resource_layer.c.slug).where(mine)).scalars())
        declared = [layer.slug for layer in entry.layers]
        gone = sorted(held - set(declared))
        free = resource_layer.c.slug.in_(gone) & resource_layer.c.layer.is_(None)
        if unit.connection.execute(sa.delete(resource_layer).where(mine, free)).rowcount < len(gone):
            raise Conflict(
                Text(zh=f"图层已有数据：{'、'.join(gone)}", en=f"layers hold data: {', '.join(gone)}"),
                field="layers",
                limit=", ".join(sorted(held)),
                remedy=Text(zh="保留已有数据的图层", en="keep the layers that hold data"),
            )
        for slug in declared:
            values = {"slug": slug, "resource": made, "rows": 0}
            if slug not in held and not insert_new(unit.connection, resource_layer, values):
                raise _taken("layers.slug", slug)

    def _one(self, connection: sa.Connection, where: sa.ColumnElement[bool], named: str) -> Resource:
        found = self._first(connection, where)
        if found is None:
            raise Missing(
                Text(zh=f"目录中没有“{named[:80]}”", en=f"nothing in the catalogue is {named[:80]!r}"),
                field="resource",
            )
        return found

    def _first(
        self, connection: sa.Connection, where: sa.ColumnElement[bool], *, lock: bool = False
    ) -> Resource | None:
        query = sa.select(resource).where(where)
        found = self._resources(connection, query.with_for_update() if lock else query)
        return found[0] if found else None

    def _resources(self, connection: sa.Connection, query: sa.Select[Any]) -> tuple[Resource, ...]:
        rows = connection.execute(query).all()
        held: dict[str, dict[str, sa.Row[Any]]] = {row.id: {} for row in rows}
        layers = sa.select(resource_layer).where(resource_layer.c.resource.in_(list(held)))
        for layer in connection.execute(layers):
            held[layer.resource][layer.slug] = layer
        return tuple(resource_of(row, held[row.id]) for row in rows)


def _taken(field: str, name: str) -> Conflict:
    return Conflict(
        Text(zh=f"“{name}”已被占用", en=f"{name!r} is taken"),
        field=field,
        limit="unique",
        remedy=Text(zh="换一个", en="choose another"),
    )
