"""An answer that is made while it is sent, counted when it has ended."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from inspect import GEN_RUNNING, getgeneratorstate

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from diban.share.http.download import Told, disposition


class Parts(StreamingResponse):
    """Sends parts that a generator makes; it is closed when nothing more is sent, whatever ended it.

    Else it would stay until somebody looks for garbage, with all that it holds: an asker who goes away leaves
    an exception behind, which holds the generator and is held by it.
    """

    def __init__(
        self, parts: Generator[bytes, None, None], headers: Mapping[str, str], media_type: str | None
    ) -> None:
        self._parts = parts
        super().__init__(parts, headers=headers, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Where a thread is in it still, it lets it go when it is out.
            if getgeneratorstate(self._parts) != GEN_RUNNING:
                self._parts.close()


class Streamed(Parts):
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

        def counting() -> Generator[bytes, None, None]:
            for part in parts(self._add):
                yield part
                self._sent += len(part)

        super().__init__(counting(), {"Content-Disposition": disposition(name), **headers}, media_type)

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
