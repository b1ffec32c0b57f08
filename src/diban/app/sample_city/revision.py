"""The buildings a month on: some are new, some are gone, some were raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.app.sample_city.plane import Ints

_ADDED, _REMOVED, _RAISED = 0.015, 0.010, 0.020
_SURVEYED = datetime(2026, 4, 9, 2, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Revision:
    """Row numbers (from 0) of all buildings that there ever are."""

    added: Ints
    removed: Ints
    raised: Ints

    def first(self, rows: int) -> Ints:
        """The rows of the first delivery."""
        return np.setdiff1d(np.arange(rows), self.added)

    def second(self, rows: int) -> Ints:
        """The rows of the update."""
        return np.setdiff1d(np.arange(rows), self.removed)


def additions(buildings: int) -> int:
    """How many buildings are added to so many."""
    return max(1, round(buildings * _ADDED))


def plan_revision(buildings: int, seed: int) -> Revision:
    """What happens to a city of so many buildings; the added ones are beyond that number."""
    rng = np.random.default_rng([seed, 1])
    added, removed, raised = (
        additions(buildings),
        max(1, round(buildings * _REMOVED)),
        max(1, round(buildings * _RAISED)),
    )
    order = rng.permutation(buildings + added)
    ends = np.cumsum([added, removed, raised])
    return Revision(*(np.sort(part) for part in np.split(order, ends)[:3]))


def revised(buildings: pa.Table, revision: Revision) -> pa.Table:
    """The rows of the update."""
    raised = np.zeros(buildings.num_rows, np.bool_)
    raised[revision.raised] = True
    touched = raised.copy()
    touched[revision.added] = True
    higher = pa.array(np.where(raised, 6.0, 0.0)).cast(pa.decimal128(6, 1))
    moment = pa.scalar(_SURVEYED, pa.timestamp("us", "UTC"))
    changes = {
        "floors": pc.add(buildings["floors"], pa.array(np.where(raised, 2, 0))),
        "height": pc.add(buildings["height"], higher).cast(pa.decimal128(6, 1)),
        "surveyed": pc.if_else(pa.array(touched), moment, buildings["surveyed"]),
    }
    for name, column in changes.items():
        buildings = buildings.set_column(buildings.schema.get_field_index(name), name, column)
    return buildings.take(pa.array(revision.second(buildings.num_rows)))
