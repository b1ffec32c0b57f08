"""CRS by any of their names, and their order of axes: here always x, y; on the wire as registers say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import CRSError

from diban.client.errors import Invalid, Problem
from diban.client.words import Words

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CrsName = str | int | pyproj.CRS
_URI = re.compile(r"https?://www\.opengis\.net/def/crs/([A-Za-z]+)/[^/]+/([A-Za-z0-9]+)")


def crs_uri(crs: CrsName) -> str:
    """The OGC name of a CRS that is given as ``4547``, ``"EPSG:4547"``, ``"CRS84"``, a URI or by pyproj."""
    if isinstance(crs, pyproj.CRS):
        authority = crs.to_authority()
        if authority is None:
            raise _unknown(crs.name)
        crs = ":".join(authority)
    text = f"EPSG:{crs}" if isinstance(crs, int) or crs.isdecimal() else crs.strip()
    if text.upper() in ("CRS84", "OGC:CRS84"):
        return CRS84
    authority, _, number = text.partition(":")
    if authority.upper() == "EPSG" and number.isdecimal():
        return f"http://www.opengis.net/def/crs/EPSG/0/{number}"
    return text


@cache
def crs_of(uri: str) -> pyproj.CRS:
    """The CRS of an OGC name."""
    named = _URI.fullmatch(uri)
    try:
        return pyproj.CRS.from_user_input(f"{named[1]}:{named[2]}" if named else uri)
    except CRSError as fault:
        raise _unknown(uri) from fault


@cache
def is_swapped(uri: str) -> bool:
    """Whether the register puts y (latitude, northing) first."""
    return bool(crs_of(uri).axis_info[0].direction.lower() in ("north", "south"))


def box_text(bbox: Sequence[float], uri: str) -> str:
    """A box given as west, south, east, north, as the ``bbox`` of a request in this CRS."""
    if len(bbox) != 4:
        words = Words(f"bbox 应为 4 个数，给了 {len(bbox)} 个", f"bbox is 4 numbers, not {len(bbox)}")
        raise Invalid(Problem(words.both, field="bbox", limit="west, south, east, north"))
    west, south, east, north = (repr(float(edge)) for edge in bbox)
    return ",".join((south, west, north, east) if is_swapped(uri) else (west, south, east, north))


def in_xy(shapes: npt.NDArray[np.object_], uri: str) -> npt.NDArray[np.object_]:
    """Shapes as a request in this CRS answers them, with x first."""
    if not is_swapped(uri):
        return shapes
    out, tall = shapes.copy(), shapely.has_z(shapes)
    for high in (False, True):  # apart, so that none is given a height
        out[tall == high] = shapely.transform(shapes[tall == high], _turned, include_z=high)
    return out


def _turned(points: npt.NDArray[np.float64]) -> Any:
    return points[:, [1, 0, *range(2, points.shape[1])]]


def _unknown(name: str) -> Invalid:
    words = Words(f"不认识坐标系 {name}", f"not a known CRS: {name}")
    remedy = Words("用 layer.crs 所列之一", "take one of layer.crs")
    return Invalid(Problem(words.both, field="crs", limit="EPSG:…", remedy=remedy.both))
