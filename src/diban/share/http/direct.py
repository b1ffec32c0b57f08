"""Pages that are read, called straight from a table of addresses.

The framework describes these routes and would answer the same; but matching its routes one after the
other, and working out what each page's signature takes, costs as much as some answers do.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.responses import FileResponse, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from diban.ground import Fault
from diban.share.http.packing import Packing, pack
from diban.share.http.problems import problem_of

THREADS = 40
"""Pages under way at once in a process; others wait their turn."""
_SENT_IN_PARTS = (StreamingResponse, FileResponse)
_PLAIN = (Request, str, "Request", "str")

Page = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class _Place:
    """Addresses of one form; ``page`` is None where the framework has to work out what it takes."""

    form: re.Pattern[str]
    page: Page | None


class Direct:
    """Answers GET where a page takes the parts of its address alone; hands on everything else.

    Compresses what it answers by itself: in the page's thread, where the answer is there as a whole.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[APIRoute]) -> None:
        """``routes``: all of the application's, in their order; the first that fits an address has it."""
        self._app = app
        self._places: dict[int, list[_Place]] = {}
        for route in routes:
            if "GET" in (route.methods or ()):
                place = _Place(route.path_regex, _page_of(route))
                self._places.setdefault(route.path.count("/"), []).append(place)
        self._threads = ThreadPoolExecutor(THREADS, "page")

    def found(self, path: str) -> tuple[Page, dict[str, str]] | None:
        """The page that an address belongs to, and the parts of it that the page takes; None: not ours."""
        for place in self._places.get(path.count("/"), ()):
            if (match := place.form.match(path)) is not None:
                return None if place.page is None else (place.page, match.groupdict())
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        reads = scope["type"] == "http" and scope["method"] == "GET"
        found = self.found(scope["path"]) if reads else None
        if found is None:
            await self._app(scope, receive, send)
            return
        page, parts = found
        response = await self._called(page, Request({**scope, "path_params": parts}), parts)
        answer = Packing(response) if isinstance(response, _SENT_IN_PARTS) else response
        await answer(scope, receive, send)

    async def _called(self, page: Page, request: Request, parts: Mapping[str, str]) -> Response:
        """What the page answers, in a thread with this request's words for the log."""
        call = partial(copy_context().run, _whole, page, request, parts)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except Fault as fault:
            return pack(request, problem_of(request, fault))


def _whole(page: Page, request: Request, parts: Mapping[str, str]) -> Response:
    response = page(request, **parts)
    return response if isinstance(response, _SENT_IN_PARTS) else pack(request, response)


def _page_of(route: APIRoute) -> Page | None:
    """The page of a route, where a request and the text parts of its address are all that it takes."""
    page: Page = route.endpoint
    taken = inspect.signature(page).parameters
    alone = not inspect.iscoroutinefunction(page) and not route.dependencies
    plain = alone and set(taken) == {"request", *route.param_convertors}
    return page if plain and all(_is_plain(route, taken)) else None


def _is_plain(route: APIRoute, taken: Mapping[str, inspect.Parameter]) -> Iterator[bool]:
    yield from (one.annotation in _PLAIN for one in taken.values())
    yield from (type(one).__name__ == "StringConvertor" for one in route.param_convertors.values())
