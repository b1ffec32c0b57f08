"""Which rows a read finds, as SQL: built once for both engines, the scope always part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from diban.base.bound import alive_at, first_in_box, given_of, largest_in_box
from diban.base.columns import physical_name
from diban.base.conditions import permitted, require_plain, to_sql
from diban.base.masking import area_box, slack
from diban.base.port import Asked, Reader, RowStore, Statement
from diban.base.query import Order, Query, read_token
from diban.base.records import Version
from diban.ground import Extent, Field, LayerScope, Moment, Schema, Value, micros

WIDE = 0.2
"""From this share of the layer's extent on, walking rows in key order beats collecting boxes first."""

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of one version that a scope allows: everything a read needs to ask the engine."""

    rows: RowStore
    storage: str
    schema: Schema
    version: Version
    moment: Moment
    scope: LayerScope

    def page(
        self, reader: Reader, query: Query, fields: Sequence[Field], after: str | None, limit: int
    ) -> Asked:
        """Feature number, WKB, the fields, then the sort values, in order, behind the token ``after``."""
        bare = query.where is None and not query.order and after is None and len(query.bbox) == 1
        if bare and self._plain(reader) and not self._covers(query.bbox[0]):
            return self._first(query.bbox[0], fields, limit)
        return Asked(self._page(reader, query, fields, after, limit), {})

    def _first(self, box: Extent, fields: Sequence[Field], limit: int) -> Asked:
        live, names = self.rows.live(self.storage, self.schema), tuple(map(physical_name, fields))
        statement = first_in_box(self.rows, live, names, self._share(box) > WIDE)
        return Asked(statement, given_of(self.version.seq, self._shown_in(box), limit))

    def _page(
        self, reader: Reader, query: Query, fields: Sequence[Field], after: str | None, limit: int
    ) -> Statement:
        for item in query.order:
            require_plain(item.field, self.scope)
        kinds = [self.schema.field(item.field).kind for item in query.order]
        behind = None if after is None else read_token(after, kinds)
        parts = []
        for relation in self._relations(reader):
            keys = self._keys(query.order, relation)
            picked = sa.select(*self.columns(relation, fields), *_labelled(keys)).where(
                self.wanted(query, relation)
            )
            if behind is not None:
                picked = picked.where(_behind(keys, behind, relation))
            parts.append(picked.order_by(*_ordered(keys), relation.c.fid).limit(limit))
        if len(parts) == 1:
            return parts[0]
        # Each relation gives its own first rows, by its own index, before the two are merged.
        found = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
        first = 2 + len(fields)
        columns = list(found.c)
        keys = [(columns[first + place], item.descending) for place, item in enumerate(query.order)]
        return sa.select(*columns).order_by(*_ordered(keys), columns[0]).limit(limit)

    def count(self, reader: Reader, query: Query) -> Statement:
        """How many rows the query meets; with a box, only those that surely lie inside one of its boxes."""
        counts = []
        for relation in self._relations(reader):
            condition = self.wanted(query, relation)
            if query.bbox:
                condition = sa.and_(condition, self._surely(query, relation))
            counts.append(sa.select(sa.func.count().label("n")).select_from(relation).where(condition))
        found = sa.union_all(*counts).subquery()
        return sa.select(sa.func.coalesce(sa.func.sum(found.c.n), 0))

    def doubtful(self, reader: Reader, query: Query) -> Statement:
        """The geometries of rows that meet a box of the query roughly, and are not surely inside."""
        parts = []
        for relation in self._relations(reader):
            condition = self.wanted(query, relation)
            if query.bbox:
                condition = sa.and_(condition, sa.not_(self._surely(query, relation)))
            parts.append(sa.select(self.rows.geometry(relation).label("geom")).where(condition))
        return sa.select(sa.union_all(*parts).subquery())

    def one(self, reader: Reader, fid: int, fields: Sequence[Field]) -> Statement:
        """The row of one feature."""
        return self._all_of(reader, fields, lambda relation: relation.c.fid == fid)

    def some(self, reader: Reader, fids: Sequence[int], fields: Sequence[Field]) -> Statement:
        """The rows of these features."""
        return self._all_of(reader, fields, lambda relation: relation.c.fid.in_(fids))

    def lives(self, reader: Reader, fid: int, fields: Sequence[Field], limit: int) -> Statement:
        """The latest rows of one feature up to this version, newest first: then their versions from and to.

        Those that the scope's condition and area allow, whichever version held them.
        """
        parts = []
        for relation in (
            self.rows.live(self.storage, self.schema),
            self.rows.past(self.storage, self.schema),
        ):
            span = (relation.c.vfrom, relation.c.vto)
            picked = sa.select(*self.columns(relation, fields), *span)
            parts.append(
                picked.where(
                    relation.c.fid == fid, relation.c.vfrom <= self.version.seq, *self._allowed(relation)
                )
            )
        found = sa.union_all(*parts).subquery()
        columns = list(found.c)
        return sa.select(*columns).order_by(columns[-2].desc()).limit(limit)

    def largest(self, reader: Reader, box: Extent, fields: Sequence[Field], limit: int) -> Asked:
        """Rows that meet a box roughly, the largest boxes first."""
        if self._plain(reader):
            live, names = self.rows.live(self.storage, self.schema), tuple(map(physical_name, fields))
            given = given_of(self.version.seq, self._shown_in(box), limit)
            return Asked(largest_in_box(self.rows, live, names), given)
        return Asked(self._largest(reader, box, fields, limit), {})

    def _largest(self, reader: Reader, box: Extent, fields: Sequence[Field], limit: int) -> Statement:
        parts = []
        for relation in self._relations(reader):
            size = self.rows.size(relation).label("size")
            picked = sa.select(*self.columns(relation, fields), size)
            picked = picked.where(self.alive(relation), self._meets(relation, box, False))
            parts.append(picked)
        if len(parts) == 1:
            return parts[0].order_by(size.desc(), relation.c.fid).limit(limit)
        found = sa.union_all(*parts).subquery()
        columns = list(found.c)
        return sa.select(*columns).order_by(columns[-1].desc(), columns[0]).limit(limit)

    def up_to(self, reader: Reader, box: Extent, most: int) -> Statement:
        """How many rows `largest` takes from, counted no further than ``most``."""
        parts = [
            sa.select(relation.c.fid).where(self.alive(relation), self._meets(relation, box, False))
            for relation in self._relations(reader)
        ]
        found = sa.union_all(*parts).limit(most).subquery()
        return sa.select(sa.func.count()).select_from(found)

    def near(self, reader: Reader, box: Extent) -> Statement:
        """The geometries of all rows that `largest` takes from."""
        parts = []
        for relation in self._relations(reader):
            picked = sa.select(self.rows.geometry(relation).label("geom"))
            parts.append(picked.where(self.alive(relation), self._meets(relation, box, False)))
        return sa.select(sa.union_all(*parts).subquery())

    def reach(self, reader: Reader) -> Statement:
        """West, south, east and north of the version's rows, rounded outward; nulls when none has a place."""
        parts = [self.rows.reach(relation, self.alive(relation)) for relation in self._relations(reader)]
        found = sa.union_all(*parts).subquery().c
        low, high = sa.func.min, sa.func.max
        return sa.select(low(found.west), low(found.south), high(found.east), high(found.north))

    def touching(self, reader: Reader, box: Extent) -> Statement:
        """The geometries of the version's rows that meet a box roughly."""
        parts = []
        for relation in self._relations(reader):
            picked = sa.select(self.rows.geometry(relation).label("geom"))
            parts.append(picked.where(self.alive(relation), self.rows.meets(relation, box, False)))
        return sa.select(sa.union_all(*parts).subquery())

    def column(self, reader: Reader, field: Field, step: int) -> Statement:
        """One field's values, with the geometry where the scope has an area, of every so-many-th number."""
        require_plain(field.name, self.scope)
        parts = []
        for relation in self._relations(reader):
            geometry = sa.null() if self.scope.area is None else self.rows.geometry(relation)
            picked = sa.select(relation.c[physical_name(field)].label("value"), geometry.label("geom"))
            parts.append(picked.where(self.alive(relation), relation.c.fid % step == 0))
        return sa.select(sa.union_all(*parts).subquery())

    def hashes(self, reader: Reader) -> Statement:
        """Row hashes of all rows of the version."""
        parts = [
            sa.select(relation.c.hash).where(self.alive(relation)) for relation in self._relations(reader)
        ]
        return sa.select(sa.union_all(*parts).subquery())

    def identity(self, reader: Reader, key: Field | None) -> Statement:
        """Feature number, hash and key (or WKB when there is no key) of all rows of the version."""
        parts = []
        for relation in self._relations(reader):
            last = self.rows.geometry(relation) if key is None else relation.c[physical_name(key)]
            parts.append(
                sa.select(relation.c.fid, relation.c.hash, last.label("last")).where(self.alive(relation))
            )
        return sa.select(sa.union_all(*parts).subquery())

    def touched(self, reader: Reader, since: int) -> Statement:
        """Numbers of features whose rows began or ended behind a sequence number, up to this version."""
        parts = []
        for relation in (
            self.rows.live(self.storage, self.schema),
            self.rows.past(self.storage, self.schema),
        ):
            begun, ended = relation.c.vfrom, relation.c.vto
            lately = [sa.and_(seq > since, seq <= self.version.seq) for seq in (begun, ended)]
            parts.append(sa.select(relation.c.fid).where(sa.or_(*lately)))
        return sa.select(sa.union(*parts).subquery())

    def columns(self, relation: sa.Table, fields: Sequence[Field]) -> list[sa.ColumnElement[Any]]:
        """Feature number, WKB, and the physical columns of the fields."""
        geometry = self.rows.geometry(relation).label("geom")
        return [relation.c.fid, geometry, *(relation.c[physical_name(field)] for field in fields)]

    def alive(self, relation: sa.Table) -> Condition:
        """Rows that the version holds, and that the valid time and the scope's condition allow."""
        columns, parts = relation.c, alive_at(relation, self.version.seq)
        if self.moment.valid_at is not None:
            at = micros(self.moment.valid_at)
            parts.append(sa.or_(columns.tfrom.is_(None), columns.tfrom <= at))
            parts.append(sa.or_(columns.tto.is_(None), columns.tto > at))
        return sa.and_(*parts, *self._allowed(relation))

    def _allowed(self, relation: sa.Table) -> list[Condition]:
        """What the scope asks of a row; its area only roughly."""
        parts: list[Condition] = []
        if self.scope.rows is not None:
            parts.append(to_sql(self.scope.rows, self.schema, relation))
        if self.scope.area is not None:
            area = area_box(self.scope.area)
            parts.append(self.rows.meets(relation, area, self._share(area) > WIDE))
        return parts

    def wanted(self, query: Query, relation: sa.Table) -> Condition:
        """What the query asks of a row; its boxes only roughly."""
        parts: list[Condition] = [self.alive(relation)]
        if query.where is not None:
            parts.append(to_sql(permitted(query.where, self.scope), self.schema, relation))
        if query.bbox and any(self._covers(box) for box in query.bbox):
            parts.append(relation.c.geom.is_not(None))
        elif query.bbox:
            wide = sum(self._share(box) for box in query.bbox) > WIDE
            parts.append(sa.or_(*(self._meets(relation, box, wide) for box in query.bbox)))
        return sa.and_(*parts)

    def _surely(self, query: Query, relation: sa.Table) -> Condition:
        inner = [_grown(box, -slack(self.scope)) for box in query.bbox]
        return sa.or_(sa.false(), *(self.rows.within(relation, box) for box in inner if box is not None))

    def _meets(self, relation: sa.Table, box: Extent, wide: bool) -> Condition:
        """Rows that may be shown in the box, as far as their coordinates may be moved."""
        return self.rows.meets(relation, self._shown_in(box), wide)

    def _shown_in(self, box: Extent) -> Extent:
        """Where rows truly are that may be shown in the box."""
        return _grown(box, slack(self.scope)) or box

    def _plain(self, reader: Reader) -> bool:
        """Whether a row's version and box alone tell if it may be seen, and all such rows still live."""
        limited = self.scope.rows is not None or self.scope.area is not None
        return not limited and self.moment.valid_at is None and reader.tidied <= self.version.seq

    def _all_of(
        self, reader: Reader, fields: Sequence[Field], condition: Callable[[sa.Table], Condition]
    ) -> Statement:
        parts = []
        for relation in self._relations(reader):
            picked = sa.select(*self.columns(relation, fields))
            parts.append(picked.where(self.alive(relation), condition(relation)))
        return parts[0] if len(parts) == 1 else sa.select(sa.union_all(*parts).subquery())

    def _relations(self, reader: Reader) -> list[sa.Table]:
        live = self.rows.live(self.storage, self.schema)
        if reader.tidied <= self.version.seq:
            return [live]
        return [live, self.rows.past(self.storage, self.schema)]

    def _keys(
        self, order: Sequence[Order], relation: sa.Table
    ) -> list[tuple[sa.ColumnElement[object], bool]]:
        return [(relation.c[physical_name(self.schema.field(item.field))], item.descending) for item in order]

    def _covers(self, box: Extent) -> bool:
        return self.version.extent is not None and box.holds(self.version.extent)

    def _share(self, box: Extent) -> float:
        """About which part of the layer's extent a box covers."""
        whole = self.version.extent
        if whole is None:
            return 0.0
        width = min(box.east, whole.east) - max(box.west, whole.west)
        height = min(box.north, whole.north) - max(box.south, whole.south)
        area = (whole.east - whole.west) * (whole.north - whole.south)
        return max(width, 0.0) * max(height, 0.0) / area if area else 0.0


def _grown(box: Extent, by: float) -> Extent | None:
    """A box with all sides moved outward, or inward when negative; None when nothing is left."""
    west, south, east, north = box.west - by, box.south - by, box.east + by, box.north + by
    return None if west > east or south > north else Extent(west, south, east, north)


Keys = list[tuple[sa.ColumnElement[object], bool]]


def _labelled(keys: Keys) -> list[sa.ColumnElement[object]]:
    return [column.label(f"k{place}") for place, (column, _) in enumerate(keys)]


def _ordered(keys: Keys) -> list[sa.ColumnElement[object]]:
    """Sort terms with absent values last whichever way, spelled out since engines differ."""
    terms: list[sa.ColumnElement[object]] = []
    for column, descending in keys:
        terms.append(sa.case((column.is_(None), 1), else_=0))
        terms.append(column.desc() if descending else column.asc())
    return terms


def _behind(keys: Keys, values: Sequence[Value | None], relation: sa.Table) -> Condition:
    """Rows that come after these sort values and this feature number, in the order of `_ordered`."""
    same: list[Condition] = []
    choices: list[Condition] = []
    for (column, descending), value in zip(keys, values, strict=False):
        if value is not None:
            further = column < value if descending else column > value
            choices.append(sa.and_(*same, sa.or_(further, column.is_(None))))
        same = [*same, column.is_(None) if value is None else column == value]
    return sa.or_(*choices, sa.and_(*same, relation.c.fid > values[-1]))
