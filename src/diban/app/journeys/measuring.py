"""Measured: after rows have ended or were erased, extents and counts are those of the rows that are there."""

from __future__ import annotations

from diban.app.wiring import Platform
from diban.ground import LayerId
from diban.store import unit


def measure(platform: Platform, layer: LayerId) -> None:
    """Put right the extents of a layer's versions and what the catalogue shows of it."""
    for version, extent in platform.base.measure(layer):
        with unit(platform.database) as act:
            rows = platform.base.set_extent(act, version, extent)
            platform.catalogue.set_measured(act, layer, version.id, rows, extent)
