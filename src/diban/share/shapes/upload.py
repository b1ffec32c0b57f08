"""Uploads by tus."""

from __future__ import annotations

from typing_extensions import TypedDict

from diban.share.shapes.told import told
from diban.share.shapes.words import Moment


@told
class Upload(TypedDict):
    """``offset`` of ``length`` bytes are safe; the digest is known when all of them are."""

    id: str
    file_name: str
    length: int
    offset: int
    digest: str | None
    expires_at: Moment


@told
class UploadList(TypedDict):
    """The asker's uploads that wait for bytes or for their delivery."""

    uploads: list[Upload]
