"""The CRS that a GeoTIFF states (OGC 19-008r4): a code, a WKT beside it, or nothing that can be relied on."""

from __future__ import annotations

import re

from diban.intake.formats.assets.tiff import Entry, Tiff

_DIRECTORY, _ASCII = 34735, 34737
MODEL, RASTER_SPACE, GEOGRAPHIC, PROJECTED = 1024, 1025, 2048, 3072
_CITATIONS = (3073, 1026, 2049)
_USER_DEFINED = 32767
_WKT = re.compile(r"ESRI PE String = ((?:PROJCS|GEOGCS)\[[^|]*\])")
PIXEL_IS_POINT = 2


def geokeys(tiff: Tiff, entries: dict[int, Entry]) -> dict[int, int | str]:
    """The keys and their values: short numbers and texts; those of doubles describe no code."""
    directory = [int(value) for value in tiff.numbers(entries.get(_DIRECTORY))]
    texts = tiff.text(entries.get(_ASCII))
    found: dict[int, int | str] = {}
    for at in range(4, min(len(directory), 4 + 4 * (directory[3] if len(directory) > 3 else 0)) - 3, 4):
        key, location, count, value = directory[at : at + 4]
        if location == 0:
            found[key] = value
        elif location == _ASCII:
            found[key] = texts[value : value + count]
    return found


def stated_crs(keys: dict[int, int | str]) -> str | None:
    """``EPSG:`` and the code, or the WKT that ESRI's programs write; None where it is not said."""
    key = {1: PROJECTED, 2: GEOGRAPHIC}.get(
        int(keys.get(MODEL, 0)) if isinstance(keys.get(MODEL), int) else 0
    )
    code = keys.get(key) if key is not None else None
    if isinstance(code, int) and 0 < code < _USER_DEFINED:
        return f"EPSG:{code}"
    for citation in _CITATIONS:
        if (met := _WKT.search(str(keys.get(citation, "")))) is not None:
            return met.group(1)
    return None
