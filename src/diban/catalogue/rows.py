"""Between rows of the catalogue's tables and its values."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from diban.catalogue.entry import Entry, LayerEntry
from diban.catalogue.entry_json import entry_as_json, entry_from_json
from diban.catalogue.resource import Moved, Resource, ResourceLayer
from diban.catalogue.resource_code import ResourceCode
from diban.catalogue.state import State
from diban.catalogue.tables import resource_move
from diban.ground import (
    AccountId,
    Extent,
    LayerId,
    ResourceId,
    VersionId,
    instant,
    micros,
    now,
)
from diban.store import Unit


def insert_new(connection: sa.Connection, table: sa.Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless a unique name in it is taken; whether it was inserted."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(table).values(dict(values)).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(statement).first() is not None


def record(
    unit: Unit, made: ResourceId, revision: int, before: State | None, after: State, by: AccountId, why: str
) -> None:
    """Keep one step of a resource's history."""
    unit.connection.execute(
        sa.insert(resource_move).values(
            resource=made,
            revision=revision,
            before=before,
            after=after.value,
            at=micros(now()),
            by=by,
            why=why.strip(),
        )
    )


def entry_values(entry: Entry, code: str = "") -> dict[str, object]:
    """The columns that follow from an entry: its JSON, and the words under which it is found."""
    texts = (entry.title, entry.abstract, *(layer.title for layer in entry.layers))
    words = [entry.slug, code, *(layer.slug for layer in entry.layers)]
    words += [wording for text in texts for wording in (text.zh, text.en)]
    return {"entry": orjson.dumps(entry_as_json(entry)).decode(), "words": folded(" ".join(words))}


def folded(text: str) -> str:
    """Text for comparing: width and case do not count."""
    return unicodedata.normalize("NFKC", text).casefold()


def resource_of(row: sa.Row[Any], layers: Mapping[str, sa.Row[Any]]) -> Resource:
    """The resource of a row and of its layers' rows by slug."""
    entry = entry_from_json(orjson.loads(row.entry))
    return Resource(
        id=ResourceId(row.id),
        code=None if row.code is None else ResourceCode.parse(row.code),
        entry=entry,
        state=State(row.state),
        revision=row.revision,
        layers=tuple(_layer_of(declared, layers[declared.slug]) for declared in entry.layers),
        created_at=instant(row.created_at),
        changed_at=instant(row.changed_at),
        published_at=None if row.published_at is None else instant(row.published_at),
    )


def _layer_of(declared: LayerEntry, row: sa.Row[Any]) -> ResourceLayer:
    return ResourceLayer(
        slug=declared.slug,
        title=declared.title,
        schema=declared.schema,
        layer=None if row.layer is None else LayerId(row.layer),
        version=None if row.version is None else VersionId(row.version),
        rows=row.rows,
        extent=None if row.extent is None else Extent(*orjson.loads(row.extent)),
        landed_at=None if row.landed_at is None else instant(row.landed_at),
    )


def moved_of(row: sa.Row[Any]) -> Moved:
    """A step of the history."""
    return Moved(
        at=instant(row.at),
        by=AccountId(row.by),
        before=None if row.before is None else State(row.before),
        after=State(row.after),
        why=row.why,
        revision=row.revision,
    )
