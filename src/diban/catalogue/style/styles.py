"""The styles of layers as they are kept: every version stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from diban.catalogue.rows import insert_new
from diban.catalogue.style.limits import require_text
from diban.catalogue.style.style import Style
from diban.catalogue.tables import layer_style
from diban.ground import AccountId, Conflict, Invalid, LayerId, Missing, Text, instant, micros, now
from diban.store import Unit

WHY_LENGTH = 500
_MOST_VERSIONS = 200


@dataclass(frozen=True, slots=True)
class KeptStyle:
    """A version of a layer's style: ``number`` counts from 1; by whom, when and why it was made."""

    number: int
    style: Style
    by: AccountId
    at: datetime
    why: str


class Styles:
    """The styles of layers. Who may change one is asked of governance beforehand."""

    def save(
        self, unit: Unit, layer: LayerId, made: Style, by: AccountId, why: str, *, on: int | None = None
    ) -> KeptStyle:
        """Keep a style as the layer's next version; the same as the current one is that version.

        `Conflict` when the current one is no longer the version ``on`` that its maker had seen (0: none).
        """
        require_text(why, "why", WHY_LENGTH)
        if not why.strip():
            raise Invalid(
                Text(zh="须写明理由", en="a style is kept with a reason"),
                field="why",
                limit="required",
                remedy=Text(zh="写明改了什么、为什么", en="say what was changed, and why"),
            )
        known = self.current(unit.connection, layer)
        if known is not None and known.style == made:
            return known
        number = 0 if known is None else known.number
        if on is not None and on != number:
            raise _later(number)
        values = {"layer": layer, "number": number + 1, "style": orjson.dumps(made.as_json()).decode()}
        values |= {"made_by": by, "made_at": micros(now()), "why": why.strip()}
        if not insert_new(unit.connection, layer_style, values):
            raise _later(number + 1)
        return self.get(unit.connection, layer, number + 1)

    def current(self, connection: sa.Connection, layer: LayerId) -> KeptStyle | None:
        """The layer's latest style; None when none was made."""
        found = self.versions(connection, layer, 1)
        return found[0] if found else None

    def versions(
        self, connection: sa.Connection, layer: LayerId, limit: int = _MOST_VERSIONS
    ) -> list[KeptStyle]:
        """The versions of the layer's style, newest first."""
        mine = sa.select(layer_style).where(layer_style.c.layer == layer)
        rows = connection.execute(mine.order_by(layer_style.c.number.desc()).limit(limit))
        return [_kept(row) for row in rows]

    def get(self, connection: sa.Connection, layer: LayerId, number: int) -> KeptStyle:
        """That version; `Missing` when there is none."""
        wanted = sa.select(layer_style).where(layer_style.c.layer == layer, layer_style.c.number == number)
        row = connection.execute(wanted).first()
        if row is None:
            raise Missing(
                Text(zh=f"没有第 {number} 版样式", en=f"there is no version {number} of the style"),
                field="style",
            )
        return _kept(row)

    def all_current(self, connection: sa.Connection) -> dict[LayerId, KeptStyle]:
        """The latest style of every layer that has one."""
        later = layer_style.alias()
        newest = (
            sa.select(sa.func.max(later.c.number))
            .where(later.c.layer == layer_style.c.layer)
            .scalar_subquery()
        )
        rows = connection.execute(sa.select(layer_style).where(layer_style.c.number == newest))
        return {LayerId(row.layer): _kept(row) for row in rows}


def _kept(row: sa.Row[tuple[object, ...]]) -> KeptStyle:
    style = Style.from_json(orjson.loads(row.style))
    return KeptStyle(row.number, style, AccountId(row.made_by), instant(row.made_at), row.why)


def _later(number: int) -> Conflict:
    return Conflict(
        Text(zh=f"样式已有更新的第 {number} 版", en=f"there is a later version {number} of the style"),
        field="on",
        limit=number,
        remedy=Text(zh="看过新版后再保存", en="look at the later one, then save again"),
    )
