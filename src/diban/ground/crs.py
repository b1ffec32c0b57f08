"""Coordinate reference systems the platform speaks, their axis order, and the way between them.

Inside, coordinates are always x, y = longitude or easting first. The order that a standard
prescribes (EPSG:4490 latitude first, EPSG:4547 northing first) appears only at the edges:
`Crs.swapped` says so. CGCS2000 and WGS 84 are taken as equal, as EPSG's null transformation
1671 does (they differ by centimetres to decimetres, within epoch and plate motion).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from pyproj.exceptions import ProjError

from diban.ground.datum import Shift, shifted, unshifted
from diban.ground.errors import Invalid
from diban.ground.text import Text


@dataclass(frozen=True, slots=True)
class Crs:
    """One CRS: ``code`` as ``AUTHORITY:CODE``; ``swapped`` when its axes come y first by the standard.

    ``shift`` says that its degrees are those of a web map (see `diban.ground.datum`); ``turned``, that
    coordinates at hand stand y before x although x, y is the order everywhere here.
    """

    code: str
    title: Text
    swapped: bool
    degrees: bool
    shift: Shift | None = None
    turned: bool = False

    @property
    def as_stored(self) -> bool:
        """Whether coordinates in it are already what a layer stores."""
        return self.degrees and self.shift is None and not self.turned

    @property
    def turned_round(self) -> Crs:
        """The same with y before x; its code ends in ``,yx``. One that is turned already stays."""
        if self.turned:
            return self
        title = Text(zh=f"{self.title.zh}（先 y 后 x）", en=f"{self.title.en} (y before x)")
        return replace(self, code=f"{self.code},yx", title=title, turned=True)

    @property
    def uri(self) -> str:
        """The OGC name, for example ``http://www.opengis.net/def/crs/EPSG/0/4490``."""
        authority, number = self.code.split(":")
        version = "1.3" if authority == "OGC" else "0"
        return f"http://www.opengis.net/def/crs/{authority}/{version}/{number}"


CRS84 = Crs("OGC:CRS84", Text(zh="WGS 84 经纬度", en="WGS 84 longitude-latitude"), False, True)
CGCS2000 = Crs("EPSG:4490", Text(zh="2000 国家大地坐标系", en="CGCS2000"), True, True)
WEB_MERCATOR = Crs("EPSG:3857", Text(zh="网络墨卡托", en="Web Mercator"), False, False)
GAUSS_114E = Crs(
    "EPSG:4547",
    Text(zh="CGCS2000 三度带 中央经线 114°E", en="CGCS2000 3-degree Gauss-Kruger CM 114E"),
    True,
    False,
)
WGS84 = Crs("EPSG:4326", Text(zh="WGS 84", en="WGS 84"), True, True)

STORED = CGCS2000
"""The one CRS of every stored layer; its coordinates are kept x = longitude, y = latitude."""

SUPPORTED: tuple[Crs, ...] = (CRS84, CGCS2000, WGS84, WEB_MERCATOR, GAUSS_114E)


def parse_crs(name: str) -> Crs:
    """The CRS of a code, URI or URN; `Invalid` when it is none of `SUPPORTED`."""
    tail = name.strip().strip("[]").replace("::", ":").replace("/", ":").upper().rstrip(":")
    parts = [part for part in tail.split(":") if part]
    for crs in SUPPORTED:
        authority, number = crs.code.split(":")
        if parts and parts[-1] == number and (authority in parts or len(parts) == 1):
            return crs
    raise Invalid(
        Text(zh=f"不支持的坐标系：{name[:100]}", en=f"CRS not supported: {name[:100]}"),
        field="crs",
        limit=", ".join(crs.code for crs in SUPPORTED),
        remedy=Text(zh="换用所列坐标系之一", en="use one of those listed"),
    )


def project(points: npt.NDArray[np.float64], source: Crs, target: Crs) -> npt.NDArray[np.float64]:
    """Coordinates moved from one CRS to another.

    ``points`` is (n, 2) or (n, 3), always x then y (then z, untouched); so is the result, in the
    target's units (degrees or metres). A point that the target cannot express becomes infinite;
    rules report it.
    """
    if source == target or (source.as_stored and target.as_stored):
        return points
    out = points.copy()
    if source.turned:
        out[:, [0, 1]] = out[:, [1, 0]]
    if source.shift is not None:
        out[:, :2] = unshifted(out[:, :2], source.shift)
    try:
        if not (source.degrees and target.degrees):
            moving = _transformer(_unshifted_code(source), _unshifted_code(target))
            out[:, 0], out[:, 1] = moving.transform(out[:, 0], out[:, 1])
    except ProjError as fault:
        raise Invalid(
            Text(
                zh=f"无法从 {source.code} 换算到 {target.code}",
                en=f"no way from {source.code} to {target.code}",
            ),
            field="crs",
        ) from fault
    if target.shift is not None:
        out[:, :2] = shifted(out[:, :2], target.shift)
    if target.turned:
        out[:, [0, 1]] = out[:, [1, 0]]
    return out


def _unshifted_code(crs: Crs) -> str:
    return STORED.code if crs.shift is not None else crs.code.removesuffix(",yx")


@cache
def _transformer(source: str, target: str) -> Transformer:
    # CGCS2000 stands in for WGS 84 both ways, so that no datum step is ever chosen for us.
    same = {"EPSG:4326": "EPSG:4490", "OGC:CRS84": "EPSG:4490"}
    return Transformer.from_crs(same.get(source, source), same.get(target, target), always_xy=True)
