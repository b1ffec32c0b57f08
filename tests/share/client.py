"""A client of an application in this process: requests as HTTP would bring them, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp

from tests.share.described import require_described

HOST = "town.test"
ADDRESS = f"http://{HOST}"


class Client:
    """Asks and waits for the answer; cookies are kept as a browser keeps them.

    Every answer is held against the OpenAPI document, whoever asks and whatever the test is about.
    """

    def __init__(self, app: ASGIApp, runner: asyncio.Runner, headers: Mapping[str, str]) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers)
        self._runner = runner

    @property
    def cookies(self) -> httpx.Cookies:
        """What the answers left here."""
        return self._client.cookies

    @property
    def headers(self) -> httpx.Headers:
        """What goes with every request."""
        return self._client.headers

    def ask(self, method: str, path: str, **what: Any) -> httpx.Response:
        """The answer to one request; ``what`` goes to httpx."""
        answer = self._runner.run(self._client.request(method, path, **what))
        require_described(method, answer)
        return answer

    def get(self, path: str, **what: Any) -> httpx.Response:
        """The answer to a reading request."""
        return self.ask("GET", path, **what)

    def read(self, path: str, **query: str | int) -> Any:
        """The JSON of an answer that is one."""
        answer = self.get(path, params=query or None)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return answer.json()

    def refused(self, path: str, status: int, **query: str | int) -> dict[str, Any]:
        """The problem document of an answer that must have this status."""
        answer = self.get(path, params=query or None)
        assert answer.status_code == status, f"{answer.status_code} {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        found: dict[str, Any] = answer.json()
        assert found["status"] == status
        return found

    def together(self, count: int, method: str, path: str, **what: Any) -> list[httpx.Response]:
        """The answers to the same request asked many times at once."""

        async def all_of() -> list[httpx.Response]:
            return await asyncio.gather(*(self._client.request(method, path, **what) for _ in range(count)))

        return self._runner.run(all_of())
