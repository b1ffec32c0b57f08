"""A file of faulty rows as an answer: streamed, under a name that any browser keeps."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from diban.share.http.streamed import Parts
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


class _RowsSent(Parts):
    """The rows on their way; their file, which has no name any more, is gone when nothing more is sent."""

    def __init__(self, rows: Rows, headers: dict[str, str]) -> None:
        self._stream = rows.stream
        super().__init__(_pieces(rows.stream), headers, KINDS.get(rows.suffix))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them; a generator that never began closes nothing."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stream.close()


def rows_answer(rows: Rows, sent: str, language: str) -> Parts:
    """The rows as a download, named after the file that was sent."""
    name = file_name(rows, sent, language)
    plain = f"faulty-rows{rows.suffix}"
    headers = {
        "Content-Disposition": attachment(plain, name),
        "Content-Length": str(rows.size),
        "Content-Encoding": "identity",
        "Cache-Control": "no-store",
    }
    return _RowsSent(rows, headers)


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


def _pieces(stream: BinaryIO) -> Generator[bytes, None, None]:
    while piece := stream.read(_PIECE):
        yield piece
