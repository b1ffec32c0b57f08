"""Who asks, and what they may see: from a session's cookie or an API key to `Asker` and `Scope`."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import replace

from fastapi import Request

from diban.governance import Asker, authenticate_key, authenticate_session, touch
from diban.ground import Denied, PartyId, Scope, Text, Unauthenticated
from diban.share.services import Services
from diban.store import reading, unit

COOKIE = "diban_session"
GUARD = "x-diban-request"
REMEMBERED_SECONDS = 1.0
_MOST = 10_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Asking:
    """Recognises askers; what a credential stands for is remembered for a second at most."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._known: dict[bytes, tuple[float, int, Asker, tuple[PartyId, ...]]] = {}

    def asker(self, request: Request) -> Asker:
        """Who asks; anonymous without a credential, `Unauthenticated` with one that does not hold."""
        return self._recognised(request)[0]

    def scope(self, request: Request) -> Scope:
        """What they may see."""
        asker, lineage = self._recognised(request)
        party = asker.party or self._services.public_party
        return self._services.scopes.get(
            party, lineage, lambda connection: self._services.own_layers(connection, party), "read"
        )

    def _recognised(self, request: Request) -> tuple[Asker, tuple[PartyId, ...]]:
        key, session = _credentials(request)
        if key is None and session is None:
            return Asker.anonymous(request.state.request_id), (self._services.public_party,)
        if key is None and request.method not in _SAFE and request.headers.get(GUARD) != "1":
            raise Denied(
                Text(zh="缺少请求头 X-Diban-Request", en="the header X-Diban-Request is missing"),
                field=GUARD,
                limit="1",
                remedy=Text(zh="由平台页面发出请求，或改用密钥", en="ask from the portal, or use a key"),
            )
        digest = hashlib.sha256((key or session or "").encode()).digest()
        generation = self._services.generation.current()
        known = self._known.get(digest)
        if known is not None and known[0] > time.monotonic() and known[1] == generation:
            return replace(known[2], request=request.state.request_id), known[3]
        asker, lineage = self._authenticate(key, session, request.state.request_id)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[digest] = (time.monotonic() + REMEMBERED_SECONDS, generation, asker, lineage)
        return asker, lineage

    def _authenticate(
        self, key: str | None, session: str | None, request_id: str
    ) -> tuple[Asker, tuple[PartyId, ...]]:
        with reading(self._services.database) as connection:
            if key is not None:
                asker = authenticate_key(connection, key, request_id)
            else:
                asker = authenticate_session(connection, session or "", request_id)
            lineage = [self._services.public_party]
            party = None if asker.party is None else self._services.parties.get(connection, asker.party)
            while party is not None and party.parent is not None:
                lineage.append(party.parent)
                party = self._services.parties.get(connection, party.parent)
        if asker.touch_due:
            with unit(self._services.database) as act:
                touch(act, asker)
        return asker, tuple(lineage)


def _credentials(request: Request) -> tuple[str | None, str | None]:
    """The API key or the session token that the request carries; a key goes first."""
    bearer = request.headers.get("authorization", "")
    if bearer:
        scheme, _, value = bearer.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated(
                Text(zh="只支持 Bearer 密钥", en="only Bearer keys are taken"), field="Authorization"
            )
        return value.strip(), None
    return request.headers.get("x-api-key"), request.cookies.get(COOKIE)
