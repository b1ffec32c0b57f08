"""Mapping (字段映射): how a sender's columns and values become a layer's fields and codes; versioned."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from diban.ground import (
    AccountId,
    Conflict,
    Invalid,
    LayerId,
    Missing,
    Schema,
    Text,
    instant,
    micros,
    now,
)
from diban.intake.tables import mapping
from diban.store import Unit

_TEXTS = ("source_layer", "encoding", "x", "y", "shape")
_TABLES = ("columns", "constants", "codes")
_WORDS = (*_TABLES, *_TEXTS, "header")


@dataclass(frozen=True, slots=True)
class Mapping:
    """``columns`` gives fields their source column, ``constants`` one value for all rows, ``codes`` per
    field what source values become.

    ``x`` and ``y`` (longitude or easting first) or ``shape`` (WKT or WKB) are the columns of places,
    ``source_layer`` and ``encoding`` what is meant where the file does not say; ``header`` whether the first
    row of a CSV or XLSX names the columns, where the sender does not say it (None: it does). What is not
    mapped is matched by name. ``number`` counts a layer's saved versions from 1; 0 was never saved.
    """

    columns: Dict[str, str] = field(default_factory=dict)
    constants: Dict[str, str] = field(default_factory=dict)
    codes: Dict[str, Dict[str, str]] = field(default_factory=dict)
    source_layer: str | None = None
    encoding: str | None = None
    x: str | None = None
    y: str | None = None
    shape: str | None = None
    header: bool | None = None
    number: int = 0

    def as_json(self) -> dict[str, Any]:
        """A JSON form from which `from_json` reads the same mapping back."""
        return {name: getattr(self, name) for name in ("number", *_WORDS)}

    @classmethod
    def from_json(cls, value: dict[str, Any], schema: Schema) -> Mapping:
        """Read `as_json` back; ``number`` is not believed. `Invalid` for what the layer does not know."""
        unknown = sorted(set(value) - {*_WORDS, "number"})
        if unknown:
            raise _wrong(unknown[0], ", ".join(_WORDS))
        for name in _TABLES:
            given = value.get(name) or {}
            if not isinstance(given, dict) or set(given) - set(schema.names()):
                raise _wrong(name, ", ".join(schema.names()))
            tables = list(given.values()) if name == "codes" else [given]
            if not all(isinstance(table, dict) and _texts(table) for table in tables):
                raise _wrong(name, "text")
        if any(not isinstance(value.get(name), str | None) for name in _TEXTS):
            raise _wrong(", ".join(_TEXTS), "text")
        if not isinstance(header := value.get("header"), bool | None):
            raise _wrong("header", "true, false, null")
        if bool(value.get("x")) != bool(value.get("y")):
            raise _wrong("x, y", "x + y")
        known: dict[str, Any] = {name: dict(value.get(name) or {}) for name in _TABLES}
        known |= {name: value.get(name) or None for name in _TEXTS}
        return cls(**known, header=header)


@dataclass(frozen=True, slots=True)
class Saved:
    """A version of a layer's mapping: which, by whom, when."""

    number: int
    by: AccountId
    at: datetime


class Mappings:
    """The mappings of layers, each version kept; who may change one is asked of governance beforehand."""

    def save(
        self, unit: Unit, layer: LayerId, made: Mapping, by: AccountId, *, on: int | None = None
    ) -> Mapping:
        """Keep a mapping as the layer's next version; the same as the current one is that version.

        `Conflict` when the current one is no longer the version ``on`` that its maker had seen.
        """
        known = self.current(unit.connection, layer)
        made = replace(made, number=known.number)
        if made == known and known.number:
            return known
        if on is not None and on != known.number:
            raise Conflict(
                Text(
                    zh=f"映射已有更新的第 {known.number} 版",
                    en=f"there is a later version {known.number} of the mapping",
                ),
                field="on",
                limit=known.number,
                remedy=Text(zh="看过新版后再保存", en="look at the later one, then save again"),
            )
        made = replace(made, number=known.number + 1)
        values = {"layer": layer, "number": made.number, "value": orjson.dumps(made.as_json()).decode()}
        unit.connection.execute(sa.insert(mapping).values(**values, by=by, at=micros(now())))
        return made

    def current(self, connection: sa.Connection, layer: LayerId) -> Mapping:
        """The layer's latest mapping; one that maps nothing when none was saved."""
        rows = sa.select(mapping.c.value).where(mapping.c.layer == layer).order_by(mapping.c.number.desc())
        found = connection.execute(rows.limit(1)).scalar()
        return Mapping() if found is None else Mapping(**orjson.loads(found))

    def versions(self, connection: sa.Connection, layer: LayerId, limit: int = 50) -> list[Saved]:
        """The versions that were saved, newest first."""
        columns = (mapping.c.number, mapping.c.by, mapping.c.at)
        mine = sa.select(*columns).where(mapping.c.layer == layer)
        rows = connection.execute(mine.order_by(mapping.c.number.desc()).limit(limit))
        return [Saved(row.number, AccountId(row.by), instant(row.at)) for row in rows]

    def get(self, connection: sa.Connection, layer: LayerId, number: int) -> Mapping:
        """That version of the layer's mapping; `Missing` when there is none."""
        wanted = sa.select(mapping.c.value).where(mapping.c.layer == layer, mapping.c.number == number)
        found = connection.execute(wanted).scalar()
        if found is None:
            raise Missing(
                Text(zh=f"没有第 {number} 版映射", en=f"there is no version {number} of the mapping"),
                field=layer,
            )
        return Mapping(**orjson.loads(found))


def _texts(table: dict[str, Any]) -> bool:
    return all(isinstance(part, str) for pair in table.items() for part in pair)


def _wrong(name: str, limit: str) -> Invalid:
    return Invalid(
        Text(zh=f"映射中的“{name}”不成立", en=f"{name!r} does not hold in a mapping"),
        field=name,
        limit=limit,
        remedy=Text(
            zh="columns、constants、codes 以字段名为键，值为文本；坐标列成对给出；header 为 true 或 false",
            en="columns, constants and codes go by field names and hold texts; x and y come together; "
            "header is true or false",
        ),
    )
