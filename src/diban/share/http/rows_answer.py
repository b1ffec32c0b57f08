"""A file of faulty rows as an answer: streamed, under a name that any browser keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from diban.share.port import Rows

KINDS = {
    ".geojson": "application/geo+json",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".gpkg": "application/geopackage+sqlite3",
}
_PIECE = 1 << 18
_LONGEST = 80
_KEPT = frozenset("-_.()（）【】、·")


def rows_answer(rows: Rows, sent: str, language: str) -> StreamingResponse:
    """The rows as a download, named after the file that was sent."""
    name = file_name(rows, sent, language)
    plain = f"faulty-rows{rows.suffix}"
    headers = {
        "Content-Disposition": attachment(plain, name),
        "Content-Length": str(rows.size),
        "Content-Encoding": "identity",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_pieces(rows.stream), headers=headers, media_type=KINDS.get(rows.suffix))


def attachment(plain: str, name: str) -> str:
    """The header of a download (RFC 6266); ``plain``, in ASCII, is for clients that do not know the other."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def file_name(rows: Rows, sent: str, language: str) -> str:
    """``名称-问题行.csv``; with the number of rows in it when there are more."""
    stem = PurePath(sent.replace("\\", "/")).stem
    stem = "".join(sign if sign.isalnum() or sign in _KEPT else "_" for sign in stem)[:_LONGEST].strip("._")
    words = "问题行" if language == "zh" else "faulty-rows"
    if not rows.whole:
        words += f"-前{rows.count}行" if language == "zh" else f"-first-{rows.count}"
    return (
        f"{stem or '交付'}-{words}{rows.suffix}"
        if language == "zh"
        else f"{stem or 'delivery'}-{words}{rows.suffix}"
    )


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(_PIECE):
            yield piece
