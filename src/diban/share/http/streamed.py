"""An answer that is made while it is sent, counted when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from diban.share.http.download import Told, disposition


class Streamed(StreamingResponse):
    """Sends parts; `rows` counts what ``parts`` says is in them, `counted` names who is told in the end."""

    def __init__(
        self,
        parts: Callable[[Callable[[int], None]], Iterator[bytes]],
        media_type: str,
        name: str,
        headers: dict[str, str],
    ) -> None:
        self.rows = self._sent = 0
        self._told: Told | None = None

        def counting() -> Iterator[bytes]:
            for part in parts(self._add):
                yield part
                self._sent += len(part)

        super().__init__(
            counting(), media_type=media_type, headers={"Content-Disposition": disposition(name), **headers}
        )

    def counted(self, told: Told) -> None:
        """Tell ``told`` once, when nothing more is sent."""
        self._told = told

    def _add(self, rows: int) -> None:
        self.rows += rows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; what breaks it off is counted as far as it came."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._told is not None:
                self._told(self.status_code, self.rows, self._sent)
