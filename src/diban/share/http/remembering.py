"""Answers from memory, given on the event loop: no thread, no database, no routing in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

Remembered = Callable[[Request], Response | None]
"""The answer to a request, counted, where it takes nothing that has to be read; else None."""


class Renewed(Protocol):
    """Something remembered for a while, which can be learnt anew before that has passed."""

    @property
    def due(self) -> bool:
        """Whether it is soon to be learnt anew."""

    def renew(self) -> None:
        """Learn it anew, in a thread; raises no `Fault`."""


class Remembering:
    """Inside `Guard`: asks the services that remember, and hands on what none of them answers at once."""

    def __init__(self, app: ASGIApp, answers: Sequence[Remembered], renewed: Sequence[Renewed]) -> None:
        """``answers``: whom to ask; ``renewed``: what is to be known anew while requests come."""
        self._app, self._answers, self._renewed = app, tuple(answers), tuple(renewed)
        self._renewing: asyncio.Future[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = self._answer(Request(scope)) if scope["type"] == "http" else None
        if response is None:
            await self._app(scope, receive, send)
            return
        if any(each.due for each in self._renewed):
            self._begin()
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response | None:
        if request.method != "GET":
            return None
        found = (answer(request) for answer in self._answers)
        return next((response for response in found if response is not None), None)

    def _begin(self) -> None:
        """Learn ahead of time whether anything has changed, so that what is remembered goes on holding."""
        if self._renewing is None or self._renewing.done():
            loop = asyncio.get_running_loop()
            self._renewing = loop.run_in_executor(None, self._renew)

    def _renew(self) -> None:
        for each in self._renewed:
            if each.due:
                each.renew()
