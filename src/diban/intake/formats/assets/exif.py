"""When and where a photo was taken, as its Exif says (CIPA DC-008-2023, Exif 3.0)."""

from __future__ import annotations

import io
import re

import numpy as np

from diban.intake.formats.assets.facts import point
from diban.intake.formats.assets.tiff import SIGNATURES, Entry, Tiff
from diban.intake.formats.reader import Remarks
from diban.intake.sandbox.wire import Refusal

_EXIF, _GPS = 34665, 34853
_TAKEN, _OFFSET = 36867, 36881
_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_ZONE = re.compile(r"[+-]\d\d:\d\d")

Taken = tuple[str | None, bytes | None]
"""The time as ISO 8601, without an offset where the camera named none; the place as WKB in WGS 84."""


def taken(exif: bytes, remarks: Remarks) -> Taken:
    """What the Exif of a photo says; empty or damaged Exif says nothing, which is remarked."""
    time, place = None, None
    try:
        if exif.startswith(SIGNATURES[:2]):
            tiff = Tiff(io.BytesIO(exif))
            main, _ = tiff.directory(tiff.first)
            time, place = _time(tiff, _below(tiff, main, _EXIF)), _place(tiff, _below(tiff, main, _GPS))
    except (Refusal, ValueError, OverflowError):
        remarks.add("exif-damaged")
    if place is None:
        remarks.add("photo-unplaced")
    return time, place


def _below(tiff: Tiff, main: dict[int, Entry], tag: int) -> dict[int, Entry]:
    return tiff.directory(tiff.whole(main[tag]))[0] if tag in main else {}


def _time(tiff: Tiff, entries: dict[int, Entry]) -> str | None:
    met = _TIME.fullmatch(tiff.text(entries.get(_TAKEN)))
    if met is None or met.group(1) == "0000":
        return None
    zone = tiff.text(entries.get(_OFFSET))
    return f"{met[1]}-{met[2]}-{met[3]}T{met[4]}{zone if _ZONE.fullmatch(zone) else ''}"


def _place(tiff: Tiff, entries: dict[int, Entry]) -> bytes | None:
    latitude = _degrees(tiff, entries, 1, 2, "NS", 90)
    longitude = _degrees(tiff, entries, 3, 4, "EW", 180)
    # Cameras without a fix write noughts.
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return None
    return point(longitude, latitude)


def _degrees(
    tiff: Tiff, entries: dict[int, Entry], reference: int, tag: int, signs: str, most: int
) -> float | None:
    side, parts = tiff.text(entries.get(reference)).upper()[:1], tiff.numbers(entries.get(tag))
    if not side or side not in signs or len(parts) != 3:
        return None
    value = float(np.sum(parts.astype(np.float64) / [1, 60, 3600]))
    if not np.isfinite(value) or value > most:
        return None
    return value if side == signs[0] else -value
