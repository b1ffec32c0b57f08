"""Who asks, and what they may see: from a session's cookie or an API key to `Asker` and `Scope`."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from fastapi import Request, Response

from diban.governance import Asker, authenticate_key, authenticate_session, touch
from diban.ground import Denied, Fault, LayerId, PartyId, Scope, Text, Unauthenticated, Unavailable, now
from diban.share.services import Services
from diban.store import reading, unit

COOKIE = "diban_session"
GUARD = "x-diban-request"
WATCHING = "x-diban-watching"
"""Set to 1 on what a page reads by itself: no person's act, so that it keeps no session open."""
REMEMBERED_SECONDS = 1.0
READ = "read"
_ANYBODY = Asker.anonymous("")
_MOST = 10_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a credential stands for, as of a generation; the parties above count for what is granted."""

    asker: Asker
    above: frozenset[PartyId]
    until: float
    generation: int


@dataclass(frozen=True, slots=True)
class _Noted:
    """What was found out of a request as it came in, which whoever answers it need not look up again."""

    generation: int
    known: _Known | None
    scope: Scope


@dataclass(frozen=True, slots=True)
class _Credential:
    """An API key, or the token of a session."""

    text: str
    is_key: bool

    @property
    def digest(self) -> bytes:
        """What stands for it in memory."""
        return hashlib.sha256(f"{not self.is_key}:{self.text}".encode()).digest()


class Asking:
    """Recognises askers; what a credential stands for is remembered for a second at most."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._remembered: dict[bytes, _Known] = {}
        self._ahead: dict[bytes, _Credential] = {}

    def asker(self, request: Request) -> Asker:
        """Who asks; anonymous without a credential, `Unauthenticated` with one that does not hold.

        `Denied` to a person who has yet to set a password of their own.
        """
        return _settled(self.person(request))

    def person(self, request: Request) -> Asker:
        """The same, for pages that also serve who has yet to set a password of their own."""
        return _named(self._known(request), request)

    def account(self, request: Request) -> Asker:
        """Who asks; `Unauthenticated` for nobody."""
        asker = self.asker(request)
        if asker.account is None:
            raise Unauthenticated(
                Text(zh="请先登录或使用密钥", en="sign in, or use a key"), field="Authorization"
            )
        return asker

    def scope(self, request: Request) -> Scope:
        """What they may see: what their party and those below it provide, and what is granted to them."""
        return self._scope(self._known(request))

    def recognised(self, request: Request) -> tuple[Asker, Callable[[], Scope]]:
        """`asker`, and what tells `scope`, looked up once; not even that where `remembered` just did."""
        noted = self._noted(request)
        if noted is not None:
            return _named(noted.known, request), lambda: noted.scope
        known = self._known(request)
        return _settled(_named(known, request)), lambda: self._scope(known)

    def _scope(self, known: _Known | None) -> Scope:
        services = self._services
        if known is not None:
            _settled(known.asker)
        party, above = self._standing(known)
        below = {party} if known is None else known.asker.reach

        def own(connection: sa.Connection) -> Iterator[LayerId]:
            for provider in sorted(below):
                yield from services.own_layers(connection, provider)

        return services.scopes.get(party, above, own, READ)

    def remembered(self, request: Request) -> tuple[Asker, Scope] | None:
        """`asker` (under no request's id) and `scope` without reading or writing; None where either would."""
        credential, known = _credential(request), None
        generation = self._services.generation.held()
        if generation is None:
            return None
        if credential is not None:
            digest = credential.digest
            known = self._recalled(digest, generation)
            if known is None or (known.asker.touch_due and not _watching(request, credential)):
                return None
            if known.until - time.monotonic() < REMEMBERED_SECONDS / 2:
                self._ahead[digest] = credential
            _settled(known.asker)
        scope = self._services.scopes.held(*self._standing(known), READ)
        if scope is None:
            return None
        request.state.noted = _Noted(generation, known, scope)
        return (_ANYBODY if known is None else known.asker), scope

    @property
    def due(self) -> bool:
        """Whether somebody who keeps asking is soon to be recognised again."""
        return bool(self._ahead)

    def renew(self) -> None:
        """Recognise them ahead of need, so that `remembered` goes on answering; raises no `Fault`."""
        ahead, self._ahead = self._ahead, {}
        for digest, credential in list(ahead.items()):  # a request may be adding to it just now
            try:
                known = self._authenticate(credential, "", self._services.generation.current())
            except Fault:  # whoever asks next is told
                continue
            if credential.is_key and known.asker.touch_due:
                self._touch(known.asker)
                known = replace(known, asker=replace(known.asker, touch_due=False))
            self._remember(digest, known)

    def _noted(self, request: Request) -> _Noted | None:
        """What `remembered` found out of this request, if it holds still: the request may have waited."""
        noted: _Noted | None = getattr(request.state, "noted", None)
        if noted is None or noted.generation != self._services.generation.current():
            return None
        known, until = noted.known, noted.scope.until
        ended = known is not None and known.until <= time.monotonic()
        return None if ended or (until is not None and until <= now()) else noted

    def _standing(self, known: _Known | None) -> tuple[PartyId, frozenset[PartyId]]:
        """For which party is asked, and in whose name something may be granted to it."""
        public = self._services.public_party
        if known is None:
            return public, frozenset({public})
        return known.asker.party or public, known.above | {public}

    def _known(self, request: Request) -> _Known | None:
        """Whom the request's credential stands for; None without one."""
        credential = _credential(request)
        if credential is None:
            return None
        digest = credential.digest
        generation = self._services.generation.current()
        known = before = self._recalled(digest, generation)
        if known is None:
            known = self._authenticate(credential, request.state.request_id, generation)
        if known.asker.touch_due and not _watching(request, credential):
            self._touch(known.asker)
            known = replace(known, asker=replace(known.asker, touch_due=False))
        if known is not before:
            self._remember(digest, known)
        return known

    def _recalled(self, digest: bytes, generation: int) -> _Known | None:
        """Whom it stood for a moment ago, if that still holds."""
        known = self._remembered.get(digest)
        if known is None or known.until <= time.monotonic() or known.generation != generation:
            return None
        return known

    def _remember(self, digest: bytes, known: _Known) -> None:
        with self._lock:
            if len(self._remembered) >= _MOST:
                self._remembered.clear()
            self._remembered[digest] = known

    def _authenticate(self, credential: _Credential, request_id: str, generation: int) -> _Known:
        authenticate = authenticate_key if credential.is_key else authenticate_session
        with reading(self._services.database) as connection:
            asker = authenticate(connection, credential.text, request_id)
            above: frozenset[PartyId] = frozenset()
            if asker.party is not None:
                above = self._services.parties.lineage(connection, asker.party)
        return _Known(asker, above, time.monotonic() + REMEMBERED_SECONDS, generation)

    def _touch(self, asker: Asker) -> None:
        try:
            with unit(self._services.database) as act:
                touch(act, asker)
        except Unavailable:
            return  # reads go on while nothing can be written; the next one notes the use


def _named(known: _Known | None, request: Request) -> Asker:
    """The asker of this request."""
    name = request.state.request_id
    return Asker.anonymous(name) if known is None else replace(known.asker, request=name)


def _settled(asker: Asker) -> Asker:
    if asker.must_change:
        raise Denied(
            Text(zh="请先设置自己的密码", en="set a password of your own first"),
            field="must_change",
            remedy=Text(
                zh="在门户 /password 或 PUT /api/session/password",
                en="at /password of the portal, or PUT /api/session/password",
            ),
        )
    return asker


def require_guard(request: Request) -> None:
    """`Denied` without the header that a form of a foreign page cannot set."""
    if request.headers.get(GUARD) != "1":
        raise Denied(
            Text(zh="缺少请求头 X-Diban-Request", en="the header X-Diban-Request is missing"),
            field=GUARD,
            limit="1",
            remedy=Text(zh="由平台页面发出请求，或改用密钥", en="ask from the portal, or use a key"),
        )


def forget_session(response: Response) -> None:
    """Let the browser drop the session's cookie."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def _credential(request: Request) -> _Credential | None:
    """What the request says of who asks; by a session's cookie alone, a page of the portal asks."""
    key, session = _credentials(request)
    if key is not None:
        return _Credential(key, is_key=True)
    if session is None:
        return None
    if request.method not in _SAFE:
        require_guard(request)
    return _Credential(session, is_key=False)


def _watching(request: Request, credential: _Credential) -> bool:
    """Whether a page reads by itself, for a person who is signed in."""
    return not credential.is_key and request.method in _SAFE and request.headers.get(WATCHING) == "1"


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
