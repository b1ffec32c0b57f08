"""Two rounds of deliveries: the first, and a month later what was added, raised and pulled down."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.app.sample_city.plane import Flags, Ints

_ADDED, _REMOVED, _RAISED = (67, 66), (97, 11), (47, 5)
"""One building in so many, and which of them."""
_SURVEYED = datetime(2026, 4, 9, 2, 30, tzinfo=UTC)


def with_additions(buildings: int) -> int:
    """How many buildings there are in all when so many are there in the first round."""
    return buildings + buildings // _ADDED[1]


class Rounds:
    """Decides by a building's number in the city, counted from 0."""

    def first(self, start: int, count: int) -> Ints:
        """Rows that are there in the first round."""
        return np.flatnonzero(~_nth(start, count, _ADDED))

    def of_buildings(self, start: int, buildings: pa.Table, addresses: pa.Table) -> dict[str, pa.Table]:
        """Buildings and addresses of both rounds, and the changes between."""
        count = len(buildings)
        added, removed, raised = (_nth(start, count, which) for which in (_ADDED, _REMOVED, _RAISED))
        removed &= ~added
        raised &= ~added & ~removed
        first, second = pa.array(np.flatnonzero(~added)), pa.array(np.flatnonzero(~removed))
        return {
            "buildings": buildings.take(first),
            "addresses": addresses.take(first),
            "buildings-update": _revised(buildings, added, raised).take(second),
            "addresses-update": addresses.take(second),
            "changes": pa.concat_tables(
                [
                    _changes(layer, table, what, rows)
                    for layer, table in (("buildings", buildings), ("addresses", addresses))
                    for what, rows in (("added", added), ("removed", removed), ("changed", raised))
                    if (layer, what) != ("addresses", "changed")
                ]
            ),
        }


def _nth(start: int, count: int, which: tuple[int, int]) -> Flags:
    found: Flags = (start + np.arange(count)) % which[0] == which[1]
    return found


def _revised(
    buildings: pa.Table,
    added: Flags,
    raised: Flags,
) -> pa.Table:
    """Raised by two floors, and surveyed anew where anything was built."""
    higher = pa.array(np.where(raised, 6.0, 0.0)).cast(pa.decimal128(6, 1))
    moment = pa.scalar(_SURVEYED, pa.timestamp("us", "UTC"))
    changes = {
        "floors": pc.add(buildings["floors"], pa.array(np.where(raised, 2, 0))),
        "height": pc.add(buildings["height"], higher).cast(pa.decimal128(6, 1)),
        "surveyed": pc.if_else(pa.array(added | raised), moment, buildings["surveyed"]),
    }
    for name, column in changes.items():
        buildings = buildings.set_column(buildings.schema.get_field_index(name), name, column)
    return buildings


def _changes(layer: str, table: pa.Table, what: str, rows: Flags) -> pa.Table:
    keys = table["code"].filter(pa.array(rows))
    return pa.table({"layer": pa.repeat(layer, len(keys)), "key": keys, "change": pa.repeat(what, len(keys))})
