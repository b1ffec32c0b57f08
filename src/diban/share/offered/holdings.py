"""What a layer holds, as far as a scope lets it be told: how many features, and where."""

from __future__ import annotations

import math

import shapely

from diban.base import Query
from diban.catalogue import ResourceLayer
from diban.ground import NOW, Extent, LayerScope, Scope
from diban.share.offered.counts import Counts
from diban.share.services import Services


class Holdings:
    """Sums over a layer; where only some of its rows may be seen, the others do not show in them."""

    def __init__(self, services: Services, counts: Counts) -> None:
        self._services, self._counts = services, counts

    def rows(self, layer: ResourceLayer, scope: Scope) -> int:
        """How many features of the present version may be seen; 0 without a grant."""
        if layer.layer is None or not scope.allows(layer.layer):
            return 0
        if whole(scope.on(layer.layer)):
            return layer.rows
        return self._counts.matched(self._services.base.at(layer.layer, NOW, scope), Query())

    def extent(self, layer: ResourceLayer, scope: Scope) -> Extent | None:
        """A box that holds what may be seen; rougher where the layer's own would tell more than that."""
        if layer.layer is None or layer.extent is None or not scope.allows(layer.layer):
            return None
        limits = scope.on(layer.layer)
        if limits.area is not None:
            return Extent(*(float(side) for side in shapely.from_wkb(limits.area).bounds))
        if limits.rows is not None:
            return self._services.area
        return _rounded(layer.extent, limits.decimals)


def whole(limits: LayerScope) -> bool:
    """Whether every row may be seen."""
    return limits.rows is None and limits.area is None


def _rounded(extent: Extent, decimals: int | None) -> Extent:
    """The box grown to coordinates of so many decimals."""
    if decimals is None:
        return extent
    unit = 10.0**decimals
    low = [math.floor(side * unit) / unit for side in (extent.west, extent.south)]
    high = [math.ceil(side * unit) / unit for side in (extent.east, extent.north)]
    return Extent(*low, *high)
