"""GeoTIFF 1.1 (OGC 19-008r4) and BigTIFF: the first picture's facts, and the ground that it covers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from diban.intake.formats.assets import tiff as tags
from diban.intake.formats.assets.facts import one_row, polygon, require_no_bomb
from diban.intake.formats.assets.geokeys import PIXEL_IS_POINT, RASTER_SPACE, geokeys, stated_crs
from diban.intake.formats.assets.tiff import Entry, Tiff
from diban.intake.formats.reader import Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _BANDS, _ROWS_PER_STRIP, _PLANES, _FORMAT = (
    254, 256, 257, 258, 277, 278, 284, 339,
)  # fmt: skip
_STRIPS, _STRIP_BYTES = 273, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES = 322, 323, 324, 325
_SCALE, _TIE_POINTS, _TRANSFORMATION = 33550, 33922, 34264
_FORMATS = {1: "uint", 2: "int", 3: "float", 4: "uint", 5: "complexint", 6: "complex"}
_MOST_BANDS = 65_535
_STEPS = 16
"""Segments of each side of the footprint, so that it stays true where it is projected."""

_Transform = tuple[float, float, float, float, float, float]


@contextmanager
def open_geotiff(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The raster's facts; `Refusal` when it is cut, loops, swells when decoded, or lies nowhere."""
    with path.open("rb") as file:
        tiff = Tiff(file)
        chain = list(tiff.directories(limits.layers))
        if not chain:
            raise Refusal("read-damaged", detail="a TIFF without a picture")
        first = chain[0]
        width, height = tiff.whole(first.get(_WIDTH)), tiff.whole(first.get(_HEIGHT))
        bands, bits, sample_type = _samples(tiff, first)
        require_no_bomb(width, height, bits, path, limits)
        _require_pieces(tiff, first, width, height, bands)
        if any(tiff.whole(entries.get(_SUBFILE)) == 0 for entries in chain[1:]):
            remarks.add("raster-pages")
        keys = geokeys(tiff, first)
        transform = _transform(tiff, first)
        yield one_row(
            "GeoTIFF",
            {
                "media_type": "image/tiff; application=geotiff",
                "width": width,
                "height": height,
                "bands": bands,
                "sample_type": sample_type,
                "pixel_width": float(np.hypot(transform[0], transform[3])),
                "pixel_height": float(np.hypot(transform[1], transform[4])),
            },
            shape=_footprint(transform, width, height, keys.get(RASTER_SPACE) == PIXEL_IS_POINT),
            geometry_type="Polygon",
            crs=stated_crs(keys),
        )


def _samples(tiff: Tiff, entries: dict[int, Entry]) -> tuple[int, int, str]:
    """How many bands, the bits of one pixel over all of them, and the numpy name of a sample."""
    bands = tiff.whole(entries.get(_BANDS), 1)
    said = entries.get(_BITS)
    if not 0 < bands <= _MOST_BANDS or (said is not None and said.count > _MOST_BANDS):
        raise Refusal("read-damaged", detail=f"{bands} bands")
    bits = [int(value) for value in tiff.numbers(said)] or [1]
    forms = [int(value) for value in tiff.numbers(entries.get(_FORMAT))[:bands]] or [1]
    if len({*bits}) > 1 or len({*forms}) > 1:
        return bands, sum(bits), "mixed"
    return bands, bits[0] * bands, f"{_FORMATS.get(forms[0], 'uint')}{bits[0]}"


def _require_pieces(tiff: Tiff, entries: dict[int, Entry], width: int, height: int, bands: int) -> None:
    """Hold the index of strips or tiles against the picture's size and the file's length."""
    tiled = _TILES in entries
    across = tiff.whole(entries.get(_TILE_WIDTH)) if tiled else width
    down = (
        tiff.whole(entries.get(_TILE_HEIGHT)) if tiled else tiff.whole(entries.get(_ROWS_PER_STRIP), height)
    )
    places, sizes = (_TILES, _TILE_BYTES) if tiled else (_STRIPS, _STRIP_BYTES)
    if across <= 0 or down <= 0:
        raise Refusal("read-damaged", detail="tiles or strips without a size")
    count = -(-width // across) * -(-height // min(down, height))
    count *= bands if tiff.whole(entries.get(_PLANES), 1) == 2 else 1
    held = [entries[tag].count for tag in (places, sizes) if tag in entries]
    if held != [count, count]:
        raise Refusal("read-damaged", detail=f"{count} pieces expected, {held} listed")
    begin, length = (tiff.numbers(entries[tag]).astype(np.float64) for tag in (places, sizes))
    end = float((begin + length).max())
    if not end <= tiff.size:  # nor may it be no number at all
        raise Refusal("file-cut", end=f"{end:.0f}", size=tiff.size)


def _transform(tiff: Tiff, entries: dict[int, Entry]) -> _Transform:
    """From column and row of a raster to x and y: (a, b, c) and (d, e, f)."""
    matrix = tiff.numbers(entries.get(_TRANSFORMATION))
    scale, ties = tiff.numbers(entries.get(_SCALE)), tiff.numbers(entries.get(_TIE_POINTS))
    if len(matrix) == 16:
        a, b, c, d, e, f = (float(matrix[place]) for place in (0, 1, 3, 4, 5, 7))
    elif len(scale) >= 2 and len(ties) >= 6:
        a, e = float(scale[0]), -float(scale[1])
        b = d = 0.0
        c, f = float(ties[3]) - a * float(ties[0]), float(ties[4]) - e * float(ties[1])
    else:
        raise Refusal("raster-unplaced")
    if not np.isfinite([a, b, c, d, e, f]).all() or a * e == b * d:
        raise Refusal("raster-unplaced")
    return a, b, c, d, e, f


def _footprint(transform: _Transform, width: int, height: int, centred: bool) -> bytes:
    """The outer edge of the pixels; ``centred``: the transform leads to their middles."""
    a, b, c, d, e, f = transform
    shift = 0.5 if centred else 0.0
    steps = np.arange(_STEPS) / _STEPS
    along = np.concatenate([steps, np.ones(_STEPS), 1 - steps, np.zeros(_STEPS), [0]]) * width - shift
    down = np.concatenate([np.zeros(_STEPS), steps, np.ones(_STEPS), 1 - steps, [0]]) * height - shift
    x, y = a * along + b * down + c, d * along + e * down + f
    turn = a * e - b * d < 0  # rows run southwards: the other way round is counter-clockwise
    ring = list(zip(x.tolist(), y.tolist(), strict=True))
    return polygon(ring[::-1] if turn else ring)


GEOTIFF = Reader("GeoTIFF", lambda head: head.startswith(tags.SIGNATURES), open_geotiff)
