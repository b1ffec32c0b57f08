"""What a file that lands whole is: the kinds of `Asset`."""

from __future__ import annotations

from enum import StrEnum

from diban.ground.text import Text


class AssetKind(StrEnum):
    """The kinds of files that are kept whole, beside layers of features."""

    RASTER = "raster"
    DOCUMENT = "document"
    PHOTO = "photo"

    @property
    def words(self) -> Text:
        """The kind's name for people."""
        return _TITLES[self]


_TITLES = {
    AssetKind.RASTER: Text(zh="栅格", en="raster"),
    AssetKind.DOCUMENT: Text(zh="文档", en="document"),
    AssetKind.PHOTO: Text(zh="照片", en="photo"),
}
