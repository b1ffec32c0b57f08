"""What a scope takes away from a batch: parts of fields, digits of coordinates, rows outside an area."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diban.ground import Extent, LayerScope, Mask


def mask_column(column: pa.Array, mask: Mask, secret: bytes) -> pa.Array:
    """A field's text shown in part: its ends only (张*三), or a token that is equal for equal values.

    Tokens are keyed with the installation's ``secret``, so that nobody finds a value by trying all.
    """
    text = column.cast(pa.string())
    if mask is Mask.ENDS:
        length = pc.utf8_length(text)
        ends = pc.binary_join_element_wise(
            pc.utf8_slice_codeunits(text, 0, 1), "*", pc.utf8_slice_codeunits(text, -1), ""
        )
        return pc.if_else(pc.greater(length, 2), ends, pc.if_else(text.is_valid(), "*", None))
    # One message a call is what a keyed hash takes; a page holds few rows.
    tokens = [
        None if value is None else blake2b(value.encode(), digest_size=8, key=secret).hexdigest()
        for value in text.to_pylist()
    ]
    return pa.array(tokens, pa.string())


def masked_type(kind: pa.DataType, mask: Mask | None) -> pa.DataType:
    """The Arrow type of a field as it is shown."""
    return kind if mask is None else pa.string()


def coarsen(geometry: pa.Array, scope: LayerScope) -> pa.Array:
    """Geometries with coordinates rounded to the scope's decimals of a degree; whole when it sets none."""
    if scope.decimals is None:
        return geometry
    shapes = as_shown(shapely.from_wkb(geometry.to_numpy(zero_copy_only=False)), scope)
    return pa.array(shapely.to_wkb(shapes, flavor="iso"), pa.binary())


def as_shown(shapes: npt.NDArray[np.object_], scope: LayerScope) -> npt.NDArray[np.object_]:
    """The same for shapes; heights stay, measures go."""
    decimals = scope.decimals
    if decimals is None:
        return shapes

    def rounded(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.hstack([np.round(points[:, :2], decimals), points[:, 2:]])

    shown = shapes.copy()
    for tall in (False, True):
        some = shapely.has_z(shapes) == tall
        shown[some] = shapely.transform(shapes[some], rounded, include_z=tall)
    return shown


def slack(scope: LayerScope) -> float:
    """How far in degrees a coordinate may be shown from its true place."""
    return 0.0 if scope.decimals is None else 0.5 * 10.0**-scope.decimals


def area_box(area: bytes) -> Extent:
    """The box around a scope's area (WKB)."""
    return Extent(*(float(side) for side in shapely.bounds(shapely.from_wkb(area))))


def inside_area(shapes: npt.NDArray[np.object_], scope: LayerScope) -> npt.NDArray[np.bool_]:
    """Which shapes the scope's area allows; all of them when it sets none."""
    if scope.area is None:
        return np.ones(len(shapes), bool)
    area = shapely.from_wkb(scope.area)
    shapely.prepare(area)
    return np.asarray(shapely.intersects(area, shapes), bool)
