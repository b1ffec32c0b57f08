"""The one place that talks to the platform: requests, tries, and refusals as errors."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import orjson

from diban.client.errors import ClientError, Invalid, Problem, Unavailable, Unreachable, Unreadable, error_of
from diban.client.words import Language, Words

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
"""Seconds: who is asked to come back later than that is told so instead of being made to wait."""
READ_SECONDS = "read_seconds"
"""The field of a 503 that says the request itself takes too long: again, it would again."""

Content = bytes | Iterator[bytes]
T = TypeVar("T")


class Transport:
    """Requests to one platform, by one key, in one language; may be shared by threads.

    A request that got no answer, or 503, is made again, ``attempts`` times in all: every request of
    the platform can be repeated, and then is the same.
    """

    def __init__(
        self,
        address: str,
        key: str | None,
        language: Language,
        timeout: float,
        attempts: int,
        verify: ssl.SSLContext | bool,
        trust_env: bool,
    ) -> None:
        self.address, self.language, self.attempts = address.rstrip("/"), language, attempts
        parts = urlsplit(self.address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise Invalid(
                Problem(
                    self.say(Words(f"不是平台地址：{address}", f"not an address of a platform: {address}")),
                    field="address",
                    limit="http://… | https://…",
                )
            )
        headers = {"Accept-Language": language, "User-Agent": f"diban-client/{version('diban')}"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key.strip()}"
        self._http = httpx.Client(headers=headers, timeout=timeout, verify=verify, trust_env=trust_env)

    def say(self, words: Words) -> str:
        """Words in the client's language."""
        return words.of(self.language)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def json(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """What a path answers."""
        return self.parsed(self.ask("GET", path, query=query))

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Send an act told in JSON; made again it is the same act."""
        told = {"Content-Type": "application/json", **(headers or {})}
        return self.ask("POST", path, headers=told, content=orjson.dumps(body))

    def parsed(self, answer: httpx.Response) -> Any:
        """An answer's JSON; `Unreadable` when it is none."""
        try:
            return orjson.loads(answer.content)
        except orjson.JSONDecodeError as fault:
            raise self._unreadable(answer) from fault

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """An answer, whole; made again where there was none or 503."""
        return self.again(lambda: self.once(method, path, query=query, headers=headers, content=content))

    def again(self, act: Callable[[], T]) -> T:
        """What an act gives; done again where there was no answer or 503."""
        tried = 0
        while True:
            try:
                return act()
            except (Unreachable, Unavailable) as fault:
                tried += 1
                if (pause := self.pause(fault, tried)) is None:
                    raise
            time.sleep(pause)

    def once(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: Content | None = None,
    ) -> httpx.Response:
        """The same, tried only once."""
        try:
            answer = self._http.request(
                method, self.address + path, params=query or None, headers=headers, content=content
            )
        except httpx.RequestError as fault:
            raise self._unreachable(fault) from fault
        if not answer.is_success:
            raise self._refusal(answer)
        return answer

    @contextmanager
    def streamed(
        self, path: str, *, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """An answer whose bytes are read piece by piece inside the block; tried only once."""
        try:
            with self._http.stream(
                "GET", self.address + path, params=query or None, headers=headers
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    raise self._refusal(answer)
                yield answer
        except httpx.RequestError as fault:
            raise self._unreachable(fault) from fault

    def pause(self, fault: ClientError, tried: int) -> float | None:
        """Seconds until the next try; None when there is none."""
        asked = fault.retry_after or 0.0
        if tried >= self.attempts or asked > LONGEST_PAUSE or fault.field == READ_SECONDS:
            return None
        own: float = FIRST_PAUSE * 2 ** (tried - 1) * random.uniform(0.75, 1.25)
        return max(asked, min(own, LONGEST_PAUSE))

    def _refusal(self, answer: httpx.Response) -> ClientError:
        """A refusal as an error, with what its problem document says."""
        if answer.is_redirect:
            return self._unreadable(answer)
        try:
            told = orjson.loads(answer.content)
        except orjson.JSONDecodeError:  # of a HEAD, or by something between
            told = {}
        if not isinstance(told, dict):
            told = {}
        retry_after = answer.headers.get("retry-after", "")
        return error_of(
            Problem(
                message=told.get("detail") or told.get("title") or f"HTTP {answer.status_code}",
                status=answer.status_code,
                code=str(told.get("type", "")).removeprefix("urn:diban:problem:"),
                field=told.get("field"),
                limit=told.get("limit"),
                remedy=told.get("remedy"),
                request_id=told.get("request_id") or answer.headers.get("x-request-id"),
                retry_after=float(retry_after) if retry_after.isdecimal() else None,
            )
        )

    def _unreachable(self, fault: httpx.RequestError) -> ClientError:
        told = f"{type(fault).__name__} {fault}".strip()
        words = Words(f"{self.address} 没有回应：{told}", f"no answer from {self.address}: {told}")
        remedy = Words("检查地址与网络", "see whether the address is right and the network is there")
        return Unreachable(Problem(self.say(words), field="address", remedy=self.say(remedy)))

    def _unreadable(self, answer: httpx.Response) -> ClientError:
        kind = answer.headers.get("location") or answer.headers.get("content-type", "")
        words = Words(
            f"{answer.request.url} 的回应不是平台的：{answer.status_code} {kind}",
            f"{answer.request.url} does not answer as the platform does: {answer.status_code} {kind}",
        )
        remedy = Words("检查平台地址", "see whether this is the platform's address")
        return Unreadable(
            Problem(self.say(words), answer.status_code, field="address", remedy=self.say(remedy))
        )
