"""The client: one platform, one key."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlsplit

from diban.client.delivery import Delivery, Progress, Report, delivery_of, report_of
from diban.client.download import take
from diban.client.errors import Missing, Problem
from diban.client.layer import Layer
from diban.client.resource import Resource, resource_of
from diban.client.submitting import DELIVERIES, act_on, submit_file, wait_for
from diban.client.transport import Transport
from diban.client.words import Language, Words

Mode = Literal["full", "changes", "unchanged"]


class Client:
    """A platform as one key sees it; without a key, as the public does.

    ``address`` is the portal's (``https://…``); ``language`` that of titles and refusals; ``timeout`` in
    seconds, for each step of a request; ``attempts`` how often a request is made that got no answer or
    503, with growing pauses, or those that ``Retry-After`` asks for. ``verify`` is False or an
    `ssl.SSLContext` where the platform's certificate is not a public one; ``trust_env`` False leaves the
    environment's proxies out. May be shared by threads; `close` it, or use it in a ``with`` block.
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        language: Language = "zh",
        timeout: float = 60.0,
        *,
        attempts: int = 5,
        verify: ssl.SSLContext | bool = True,
        trust_env: bool = True,
    ) -> None:
        self._transport = Transport(address, key, language, timeout, attempts, verify, trust_env)

    def __repr__(self) -> str:
        return f"Client({self._transport.address!r})"

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    def catalogue(self, q: str | None = None, *, state: str | None = None) -> Iterator[Resource]:
        """The resources that one may know of, asked for when the first one is taken.

        ``q`` words, all of which occur, with blanks between; ``state`` one of the reference's states.
        """
        query = {name: value for name, value in (("q", q), ("state", state)) if value is not None}
        for document in self._transport.json("/api/resources", query)["resources"]:
            yield resource_of(document, self._transport.language)

    def resource(self, slug: str) -> Resource:
        """One resource by its slug or id; `Missing` where there is none to be known of."""
        document = self._transport.json(f"/api/resources/{quote(slug, safe='')}")
        return resource_of(document, self._transport.language)

    def layer(self, name: str) -> Layer:
        """A layer of a published resource, by its name in addresses; asks nothing yet."""
        return Layer(self._transport, name)

    def submit(
        self,
        path: str | PathLike[str] | None,
        *,
        layer: str,
        mode: Mode = "full",
        source_layer: str | None = None,
        crs: str | None = None,
        dry_run: bool = False,
        accept_repairs: bool = False,
        header: bool | None = None,
        key: str | None = None,
        progress: Callable[[Progress], None] | None = None,
        wait: bool = True,
        seconds: float | None = None,
    ) -> Delivery:
        """Deliver a file to a layer, and wait for what becomes of it.

        The upload goes on where it broke off, in this call or the next one for the same file, and is
        verified by its SHA-256. ``path`` is None for the mode ``unchanged``. ``dry_run``: examined and
        compared, never landed. ``accept_repairs``: proposed repairs of geometry may land unasked.
        ``header`` and the others are those of the developer's guide. ``key``: the idempotency key, under
        which a repeated call is the same delivery; one of its own unless said. ``progress`` is told how
        far each step is. Answers when the delivery has ended (``landed``, ``returned``, ``tried``) or
        waits for a person (``asked``, ``waiting``); at once without ``wait``; `Unfinished` after so many
        ``seconds``.
        """
        letter: dict[str, Any] = {"layer": layer, "mode": mode, "source_layer": source_layer, "crs": crs}
        letter |= {"dry_run": dry_run, "accept_repairs": accept_repairs, "header": header}
        made = submit_file(self._transport, path, letter, key, progress or _nobody)
        return self.wait(made, progress=progress, seconds=seconds) if wait else made

    def wait(
        self,
        delivery: Delivery | str,
        *,
        progress: Callable[[Progress], None] | None = None,
        seconds: float | None = None,
    ) -> Delivery:
        """The delivery when it has ended or waits for a person's word; see `submit`."""
        return wait_for(self._transport, _id(delivery), seconds, progress or _nobody)

    def delivery(self, delivery: Delivery | str) -> Delivery:
        """A delivery as it stands now."""
        return delivery_of(self._transport.json(_path(delivery)), self._transport.language)

    def deliveries(self, *, state: str | None = None, resource: str | None = None) -> Iterator[Delivery]:
        """The deliveries that one may see, newest first, page by page as they are taken.

        ``state`` one or several, with commas between; ``resource`` a slug.
        """
        query = {"limit": "50"}
        query |= {name: value for name, value in (("state", state), ("resource", resource)) if value}
        while True:
            page = self._transport.json(DELIVERIES, query)
            for line in page["deliveries"]:
                yield self.delivery(line["id"])
            if page["next"] is None:
                return
            query |= dict(parse_qsl(urlsplit(page["next"]).query))

    def answer(
        self,
        delivery: Delivery | str,
        crs: str,
        *,
        progress: Callable[[Progress], None] | None = None,
        wait: bool = True,
        seconds: float | None = None,
    ) -> Delivery:
        """Say in which CRS the coordinates are, or ``as-declared``; then wait as `submit` does."""
        made = act_on(self._transport, _id(delivery), "answer", {"crs": crs})
        return self.wait(made, progress=progress, seconds=seconds) if wait else made

    def decide_repairs(self, delivery: Delivery | str, *, accept: bool, why: str = "") -> Delivery:
        """Accept the proposed repairs of geometry, or decline them: the delivery goes back."""
        verdict = "accept" if accept else "decline"
        return act_on(self._transport, _id(delivery), "repairs", {"verdict": verdict, "why": why})

    def withdraw(self, delivery: Delivery | str, why: str = "") -> Delivery:
        """Take a delivery back before it lands."""
        return act_on(self._transport, _id(delivery), "withdrawal", {"why": why})

    def report(self, delivery: Delivery | str) -> Report:
        """The whole report; `Missing` before the file was examined."""
        document: dict[str, Any] | None = self._transport.json(f"{_path(delivery)}/report")
        if document is None:
            words = Words("该交付尚未质检", "the delivery has not been examined yet")
            raise Missing(Problem(self._transport.say(words), field="delivery"))
        return report_of(document, self._transport.language)

    def faulty_rows(self, delivery: Delivery | str, target: str | PathLike[str] = ".") -> Path:
        """Take the rows with a fault in the format sent, with words and remedies; the file's path.

        ``target`` is a folder or a path. `Missing` where no row has a fault.
        """
        query = {"lang": self._transport.language}
        return take(self._transport, f"{_path(delivery)}/faulty-rows", query, Path(target))


def _id(delivery: Delivery | str) -> str:
    return delivery.id if isinstance(delivery, Delivery) else delivery


def _path(delivery: Delivery | str) -> str:
    return f"{DELIVERIES}/{quote(_id(delivery), safe='')}"


def _nobody(_progress: Progress) -> None:
    """Nobody wants to be told."""
