"""What the control record says of layers, read once for as long as the generation stands still."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from diban.base.records import Version, erased_rows, layer_record, schema_of, version_at
from diban.ground import LayerId, LayerScope, Moment, Schema, VersionId
from diban.store import Database, Generation, reading

_MOST = 4096


@dataclass(frozen=True, slots=True)
class Held:
    """A layer at a moment: where its rows lie, its schema then, which version, and the erasures since."""

    storage: str
    schema: Schema
    version: Version | None
    erased: int
    _shown: dict[LayerScope, Schema] = field(default_factory=dict)

    def shown(self, scope: LayerScope) -> Schema:
        """The schema with only the fields that may be seen, which it says itself nothing else of."""
        found = self._shown.get(scope)
        if found is None:
            found = self._shown[scope] = _shown(self.schema, scope)
        return found


def held_at(connection: sa.Connection, layer: LayerId, moment: Moment) -> Held:
    """What the control record says of a layer at a moment."""
    record = layer_record(connection, layer)
    version = version_at(connection, layer, moment)
    # The current version answers with the present schema, by whichever way it is named.
    older = version is not None and version.seq != record.current_seq
    number = version.schema_number if version is not None and older else record.schema_number
    schema = schema_of(connection, layer, number)
    return Held(record.storage, schema, version, erased_rows(connection, layer))


def _shown(schema: Schema, scope: LayerScope) -> Schema:
    return replace(
        schema,
        fields=tuple(each for each in schema.fields if scope.shows(each.name)),
        key=schema.key if schema.key and scope.shows(schema.key) else None,
        valid_from=None,
        valid_to=None,
        named_by=None,
    )


class Known:
    """Remembers `held_at`: landings, new schemas and erasures all move the generation."""

    def __init__(self, database: Database, generation: Generation) -> None:
        self._database, self._generation = database, generation
        self._lock = threading.Lock()
        self._as_of = -1
        self._held: dict[tuple[LayerId, VersionId | None], Held] = {}

    def at(self, layer: LayerId, moment: Moment) -> Held:
        """The same, behind other processes by as long as the generation is."""
        generation, key = self._generation.current(), (layer, moment.version)
        with self._lock:
            found = self._held.get(key) if generation == self._as_of else None
        if found is not None and moment.known_at is None:
            return found
        with reading(self._database) as connection:
            found = held_at(connection, layer, moment)
        if moment.known_at is None:
            self._remember(generation, key, found)
        return found

    def _remember(self, generation: int, key: tuple[LayerId, VersionId | None], held: Held) -> None:
        with self._lock:
            if generation > self._as_of or len(self._held) >= _MOST:
                self._as_of, self._held = generation, {}
            if generation == self._as_of:
                self._held[key] = held
