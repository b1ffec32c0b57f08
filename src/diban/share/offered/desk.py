"""Where requests about layers are taken: who asks, what they may see, the answer, and its count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from fastapi import Request, Response

from diban.governance import Asker, Via
from diban.ground import Fault, Scope
from diban.share.http.answers import address
from diban.share.http.asking import Asking
from diban.share.http.download import Download
from diban.share.http.language import language_of
from diban.share.http.problems import status_of
from diban.share.http.streamed import Streamed
from diban.share.offered.directory import Directory, Offered
from diban.share.services import Services


@dataclass(frozen=True)
class Asked:
    """One request about a layer that its asker may read."""

    request: Request
    scope: Scope
    offered: Offered

    @cached_property
    def language(self) -> str:
        """In which language to answer."""
        return language_of(self.request)

    @cached_property
    def root(self) -> str:
        """The address of the services."""
        return address(self.request)

    @cached_property
    def here(self) -> str:
        """The address of the layer."""
        return f"{self.root}/collections/{self.offered.layer.slug}"


Answer = tuple[Response, int]
"""An answer, and the features in it."""


class Desk:
    """Every answer about a layer passes here and is counted once, whatever its status."""

    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def asker(self, request: Request) -> Asker:
        """Who asks."""
        return self._asking.asker(request)

    def scope(self, request: Request) -> Scope:
        """What they may see."""
        return self._asking.scope(request)

    def answer_all(self, request: Request, block: str, make: Callable[[], Answer]) -> Response:
        """What ``make`` answers about many layers at once; counted once, under no resource."""
        request.state.block = block
        status, rows, size, whose = 500, 0, 0, ("", "")
        try:
            whose = self._counted(self._asking.asker(request))
            response, rows = make()
            status, size = response.status_code, _size(request, response)
            return response
        except Fault as fault:
            status = status_of(fault)
            raise
        finally:
            self._services.use.record("", "", block, *whose, status, rows, size)

    def answer(
        self, request: Request, block: str, collection: str, make: Callable[[Asked], Answer]
    ) -> Response:
        """What ``make`` answers to who may read the layer; refusals name no resource in the count.

        A download is counted when it has ended, with what was sent of it.
        """
        request.state.block = block
        counted = True
        status, rows, size, whose, of = 500, 0, 0, ("", ""), ("", "")
        try:
            asker, scope_of = self._asking.recognised(request)
            whose = self._counted(asker)
            scope = scope_of()
            offered = self._directory.collection(collection, asker, scope)
            of = (offered.resource.id, offered.id)
            response, rows = make(Asked(request, scope, offered))
            if isinstance(response, Download | Streamed):
                record = partial(self._services.use.record, *of, block, *whose)
                made = rows
                response.counted(lambda ended, streamed, sent: record(ended, made + streamed, sent))
                counted = False
                return response
            status, size = response.status_code, _size(request, response)
            return response
        except Fault as fault:
            status = status_of(fault)
            raise
        finally:
            if counted:
                self._services.use.record(*of, block, *whose, status, rows, size)

    def remembered(
        self, request: Request, block: str, collection: str, make: Callable[[Asked], Answer | None]
    ) -> Response | None:
        """What `answer` would answer, and counted so, where nothing has to be read; else None, uncounted.

        ``make`` answers None where it would have to read. Refusals are left to `answer`.
        """
        try:
            known = self._asking.remembered(request)
            offered = None if known is None else self._directory.remembered(collection, known[1])
            if known is None or offered is None:
                return None
            made = make(Asked(request, known[1], offered))
        except Fault:
            return None
        if made is None:
            return None
        request.state.block = block
        (response, rows), whose = made, self._counted(known[0])
        of, size = (offered.resource.id, offered.id), _size(request, response)
        self._services.use.record(*of, block, *whose, response.status_code, rows, size)
        return response

    def _counted(self, asker: Asker) -> tuple[str, str]:
        """The party, and the key if one was used."""
        key = asker.credential if asker.via is Via.KEY else None
        return asker.party or self._services.public_party, key or ""


def _size(request: Request, response: Response) -> int:
    """The bytes of the body that is sent."""
    return 0 if request.state.bare else len(response.body)
