"""JPEG as a camera with a receiver writes it: with the time, the place and the direction in its Exif."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from diban.app.sample_city.view import View

_MAKE, _MODEL, _DESCRIPTION, _CHANGED = 271, 272, 270, 306
_EXIF, _TAKEN, _OFFSET = 34665, 36867, 36881
_GPS = 34853
_QUALITY = 88


def write_photo(view: View, path: Path, taken: datetime, description: str) -> None:
    """A view; ``taken`` has an offset, ``description`` is plain ASCII. The place is stated in WGS 84."""
    exif = Image.Exif()
    local = taken.strftime("%Y:%m:%d %H:%M:%S")
    for tag, text in ((_MAKE, "Lanwan"), (_MODEL, "Sample city"), (_CHANGED, local)):
        exif[tag] = text
    exif[_DESCRIPTION] = description
    exif.get_ifd(_EXIF).update({_TAKEN: local, _OFFSET: taken.isoformat()[-6:]})
    exif.get_ifd(_GPS).update(
        {
            0: b"\x02\x03\x00\x00",
            1: "N" if view.latitude >= 0 else "S",
            2: _sexagesimal(abs(view.latitude)),
            3: "E" if view.longitude >= 0 else "W",
            4: _sexagesimal(abs(view.longitude)),
            5: b"\x00",
            6: IFDRational(round(view.height * 100), 100),
            16: "T",
            17: IFDRational(round(view.direction * 100), 100),
            18: "WGS-84",
        }
    )
    Image.fromarray(view.pixels).save(path, "JPEG", quality=_QUALITY, exif=exif)


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes, and seconds to the ten-thousandth: some three millimetres."""
    parts = round(degrees * 36_000_000)
    minutes, seconds = divmod(parts, 600_000)
    whole, minutes = divmod(minutes, 60)
    return IFDRational(whole, 1), IFDRational(minutes, 1), IFDRational(seconds, 10_000)
