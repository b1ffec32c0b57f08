"""Coordinate reference systems in which data may arrive, and the one that a name or a WKT means.

More than those that are answered in (`SUPPORTED`): the Gauss-Krüger zones of CGCS2000, UTM on
WGS 84, and the shifted degrees of web maps. Coordinates in files are x, y whatever order a standard
prescribes; a name that ends in ``,yx`` says the contrary.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from pyproj import CRS
from pyproj.exceptions import CRSError

from diban.ground.crs import CGCS2000, CRS84, GAUSS_114E, SUPPORTED, WEB_MERCATOR, WGS84, Crs
from diban.ground.datum import Shift
from diban.ground.errors import Invalid
from diban.ground.text import Text

_LONGEST, _MOST_BRACKETS = 20_000, 300
_HALF = 500_000.0
_DEGREE = math.pi / 180
_SEMI_MAJOR = 6_378_137.0
_CGCS2000_FLATTENING, _WGS84_FLATTENING = 298.257222101, 298.257223563
_SAME_FLATTENING = 1e-5  # files round; the next ellipsoid in use is a tenth away
_TRANSVERSE = {
    "Latitude of natural origin",
    "Longitude of natural origin",
    "Scale factor at natural origin",
    "False easting",
    "False northing",
}
# Whole: no address elsewhere, no path and no string of PROJ, which may name files, is taken for a name.
_CODED = re.compile(
    r"""\[?(?:
        (?: EPSG: | urn:ogc:def:crs:EPSG:(?:[0-9.]*:)?
          | https?://(?:www\.)?opengis\.net/(?:def/crs/EPSG/[0-9.]+/|gml/srs/epsg\.xml\#)
        )?(?P<number>[0-9]{1,6})
      | (?: OGC: | urn:ogc:def:crs:OGC:(?:[0-9.]*:)?
          | https?://(?:www\.)?opengis\.net/def/crs/OGC/[0-9.]+/
        )?CRS84
    )\]?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_NAME = re.compile(r"ESRI:[0-9]{4,6}|\w[\w /().,-]{0,199}")
_DESCRIPTION = re.compile(r"[A-Za-z0-9_]+\s*\[|\{")

GCJ02 = Crs("GCJ-02", Text(zh="GCJ-02 经纬度", en="GCJ-02 longitude-latitude"), False, True, Shift.GCJ02)
BD09 = Crs("BD-09", Text(zh="BD-09 经纬度", en="BD-09 longitude-latitude"), False, True, Shift.BD09)


def _gauss(number: int, width: int, zone: int, prefixed: bool) -> tuple[tuple[float, float], Crs]:
    """A Gauss-Krüger zone of CGCS2000 under its central meridian and false easting (GB/T 17278)."""
    meridian = 3 * zone if width == 3 else 6 * zone - 3
    wide = Text(zh="三度带" if width == 3 else "六度带", en=f"{width}-degree")
    zh, en = (f"带号 {zone}", f"zone {zone}") if prefixed else (f"中央经线 {meridian}°E", f"CM {meridian}E")
    title = Text(zh=f"CGCS2000 {wide.zh} {zh}", en=f"CGCS2000 {wide.en} Gauss-Kruger {en}")
    easting = _HALF + zone * 1e6 if prefixed else _HALF
    made = Crs(f"EPSG:{number}", title, True, False)
    return (meridian, easting), GAUSS_114E if made.code == GAUSS_114E.code else made


_SIX_DEGREES = [
    _gauss(first + zone - 13, 6, zone, prefixed)
    for first, prefixed in ((4491, True), (4502, False))
    for zone in range(13, 24)
]
_THREE_DEGREES = [
    _gauss(first + zone - 25, 3, zone, prefixed)
    for first, prefixed in ((4513, True), (4534, False))
    for zone in range(25, 46)
]
# A six-degree zone without prefix has the coordinates of the three-degree one of its meridian, which stands.
GAUSS: dict[tuple[float, float], Crs] = dict([*_SIX_DEGREES, *_THREE_DEGREES])
"""Gauss-Krüger zones of CGCS2000 by central meridian (degrees) and false easting (metres)."""

UTM: dict[float, Crs] = {
    6.0 * zone - 183: Crs(
        f"EPSG:{32600 + zone}", Text(zh=f"WGS 84 UTM {zone}N 带", en=f"WGS 84 UTM zone {zone}N"), False, False
    )
    for zone in range(47, 54)
}
"""UTM zones on WGS 84 by central meridian."""

_BY_CODE = {
    crs.code: crs
    for crs in (*SUPPORTED, *(crs for _, crs in (*_SIX_DEGREES, *_THREE_DEGREES)), *UTM.values(), GCJ02, BD09)
}
_SHIFTED = {"GCJ02": GCJ02, "BD09": BD09, "BD09LL": BD09}
_OLD = {
    "beijing": Text(zh="1954 北京坐标系", en="Beijing 1954"),
    "xian": Text(zh="1980 西安坐标系", en="Xian 1980"),
}
_TAKEN = "OGC:CRS84, EPSG:4490, 4326, 3857, 4491–4554, 32647–32653, GCJ-02, BD-09; …,yx"


def source_crs(name: str) -> Crs:
    """The CRS of a code, URI, URN, WKT, PROJJSON or ESRI name, matched by datum and parameters.

    `Invalid` when it is none that can be taken, or one that needs an approved transformation
    (Beijing 1954 and Xian 1980, whose parameters are not public).
    """
    text = name.strip()
    turned = text.lower().endswith(",yx")
    found = _meant(text[:-3] if turned else text)
    if found is None:
        raise _refusal(text)
    return found.turned_round if turned else found


def _meant(text: str) -> Crs | None:
    short = text.upper().replace("-", "").replace("_", "").replace(" ", "")
    if short in _SHIFTED:
        return _SHIFTED[short]
    coded = _CODED.fullmatch(text)
    if coded is not None:
        return _coded(coded["number"]) if coded["number"] else CRS84
    written = _NAME.fullmatch(text) or (len(text) <= _LONGEST and _DESCRIPTION.match(text))
    return _described(text) if written else None


@lru_cache(256)
def _coded(number: str) -> Crs | None:
    return _BY_CODE.get(f"EPSG:{number}") or _described(f"EPSG:{number}")


def _described(text: str) -> Crs | None:
    """What PROJ understands of it, held against what is known: its datum, method and parameters."""
    # What nests deeply would overflow a parser's stack.
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        return None
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return None
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    datum = "" if crs.datum is None else crs.datum.name.lower()
    for word, title in _OLD.items():
        if word in datum:
            raise _old(title)
    china = "china 2000" in datum or "cgcs" in datum.replace(" ", "")
    if not china and "world geodetic system 1984" not in datum and "wgs 84" not in datum:
        return None
    if not _as_defined(crs, _CGCS2000_FLATTENING if china else _WGS84_FLATTENING):
        return None
    if crs.is_geographic:
        return CGCS2000 if china else WGS84
    return _projected(crs, china) if crs.is_projected else None


def _as_defined(crs: CRS, flattening: float) -> bool:
    """Whether its ellipsoid is that of its datum, counted from Greenwich, and its angles are degrees.

    A datum's name alone says little: local systems are often made by editing a file of a public one.
    """
    ellipsoid, meridian, geodetic = crs.ellipsoid, crs.prime_meridian, crs.geodetic_crs
    if ellipsoid is None or meridian is None or geodetic is None or meridian.longitude:
        return False
    if any(abs(axis.unit_conversion_factor - _DEGREE) > 1e-12 for axis in geodetic.axis_info[:2]):
        return False
    size = abs(ellipsoid.semi_major_metre - _SEMI_MAJOR)
    return size < 1e-3 and abs(ellipsoid.inverse_flattening - flattening) < _SAME_FLATTENING


def _projected(crs: CRS, china: bool) -> Crs | None:
    made = crs.coordinate_operation
    if made is None or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        return None
    given = {param.name: float(param.value) for param in made.params}
    if made.method_name == "Popular Visualisation Pseudo Mercator":
        return None if any(given.values()) else WEB_MERCATOR
    if made.method_name != "Transverse Mercator":
        return None
    if not given.keys() >= _TRANSVERSE:
        return None
    meridian, easting = given["Longitude of natural origin"], given["False easting"]
    if given["Latitude of natural origin"] or given["False northing"]:
        return None
    scale = given["Scale factor at natural origin"]
    if china and scale == 1:
        return GAUSS.get((meridian, easting))
    return UTM.get(meridian) if not china and scale == 0.9996 and easting == _HALF else None


def _old(title: Text) -> Invalid:
    return Invalid(
        Text(
            zh=f"{title.zh}的数据须经批准的坐标转换",
            en=f"data in {title.en} need an approved transformation",
        ),
        field="crs",
        limit=_TAKEN,
        remedy=Text(
            zh="用测绘主管部门批准的参数或软件转换为 CGCS2000 后提交",
            en="convert to CGCS2000 with parameters or software approved by the surveying authority",
        ),
    )


def _refusal(name: str) -> Invalid:
    return Invalid(
        Text(zh=f"不支持的坐标系：{name[:100]}", en=f"CRS not supported: {name[:100]}"),
        field="crs",
        limit=_TAKEN,
        remedy=Text(zh=f"转换为：{_TAKEN}", en=f"convert to one of {_TAKEN}"),
    )
