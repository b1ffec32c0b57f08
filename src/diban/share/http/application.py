"""The application: the framework's, inside layers of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


class Application(FastAPI):
    """The framework's application, asked only where no layer around it has answered.

    The framework would put its own layers around ours, and half of an answer from memory would be
    spent in them. What the outermost does with errors, and the limit of a body, ours do for every request.
    """

    def __init__(self, **said: Any) -> None:
        super().__init__(**said)
        self._whole: ASGIApp = super().__call__

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's layers but the outermost, whose answer to what nobody foresaw is plain text."""
        outermost = super().build_middleware_stack()
        assert isinstance(outermost, ServerErrorMiddleware)
        return outermost.app

    def surround(self, layer: Callable[..., ASGIApp], **said: Any) -> None:
        """Put a layer around what there is: ``layer(app, **said)``; the last one is the outermost."""
        self._whole = layer(self._whole, **said)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's life."""
        if scope["type"] == "http":
            await self._whole({**scope, "app": self}, receive, send)
        else:
            await super().__call__(scope, receive, send)
