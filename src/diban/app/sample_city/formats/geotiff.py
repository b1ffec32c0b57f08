"""GeoTIFF 1.1 (OGC 19-008r4): one band of 32-bit floats, deflated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

_SHORT, _DOUBLE, _ASCII = 3, 12, 2
_DESCRIPTION, _PREDICTOR = 270, 317
_SCALE, _TIE_POINT, _KEYS, _METADATA, _NODATA = 33550, 33922, 34735, 42112, 42113
_OF_FLOATS = 3
"""The predictor that takes the bytes of floats apart."""


def write_geotiff(
    samples: npt.NDArray[np.float32],
    path: Path,
    *,
    corner: tuple[float, float],
    side: float,
    epsg: int,
    nodata: float,
    description: str,
) -> None:
    """Samples in metres, north up; ``corner`` is the upper left one of the first pixel, easting first.

    ``epsg`` is a projected CRS in metres, ``side`` that of a pixel, ``description`` plain ASCII.
    """
    # version, revision, number of keys; then key, where it stands, how many values, the value
    keys = [(1, 1, 0, 4), (1024, 0, 1, 1), (1025, 0, 1, 1), (3072, 0, 1, epsg), (3076, 0, 1, 9001)]
    metadata = '<GDALMetadata><Item name="UNITTYPE" sample="0" role="unittype">m</Item></GDALMetadata>'
    tags = ImageFileDirectory_v2()
    for tag, kind, value in (
        (_DESCRIPTION, _ASCII, description),
        (_PREDICTOR, _SHORT, _OF_FLOATS),
        (_SCALE, _DOUBLE, (side, side, 0.0)),
        (_TIE_POINT, _DOUBLE, (0.0, 0.0, 0.0, *corner, 0.0)),
        (_KEYS, _SHORT, tuple(number for key in keys for number in key)),
        (_METADATA, _ASCII, metadata),
        (_NODATA, _ASCII, f"{nodata:g}"),
    ):
        tags.tagtype[tag] = kind
        tags[tag] = value
    Image.fromarray(samples).save(path, "TIFF", compression="tiff_adobe_deflate", tiffinfo=tags)
