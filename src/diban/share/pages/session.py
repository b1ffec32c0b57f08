"""Signing in and out of the portal: ``/api/session``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from diban.governance import (
    Account,
    Asker,
    Attempt,
    By,
    Outcome,
    Via,
    change_password,
    close_session,
    log_in,
    open_session,
)
from diban.ground import Denied, Text, Unauthenticated, Unavailable
from diban.share.block import Block, act_route, read_route
from diban.share.http.answers import json_answer
from diban.share.http.asking import COOKIE, Asking, forget_session, require_guard
from diban.share.http.body_text import BodyText
from diban.share.http.described import Access
from diban.share.pages.platform import account_of
from diban.share.parameters.given import given_parameters
from diban.share.services import Services
from diban.share.shapes.platform import Account as AccountShown
from diban.share.shapes.platform import Session
from diban.store import Unit, reading, unit

NAME = "session"
AT_ONCE = 2
"""Passwords checked at the same time; each takes 64 MiB and a tenth of a second of every core."""
PATIENCE_SECONDS = 3.0


class Credentials(BaseModel):
    """What a person types to sign in."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[BodyText, Field(min_length=1, max_length=64)]
    password: Annotated[BodyText, Field(min_length=1, max_length=256)]


class NewPassword(BaseModel):
    """What a person types to set a password of their own."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[BodyText, Field(min_length=1, max_length=256)]
    new: Annotated[BodyText, Field(min_length=1, max_length=256)]


def session_block(asking: Asking) -> Block:
    """Sessions for people; programs use keys."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/session", tags=[NAME])
        pages = _Pages(services, asking)
        act_route(routes, "POST", "", pages.open, answer=AccountShown, access=Access.SIGNING_IN)
        read_route(routes, "", pages.show, answer=Session)
        act_route(routes, "PUT", "/password", pages.change, answer=AccountShown, access=Access.PERSON)
        act_route(routes, "DELETE", "", pages.close, status=204, access=Access.ANYONE)
        return routes

    return Block(NAME, Text(zh="登录", en="Sign in"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking
        self._places = asyncio.Semaphore(AT_ONCE)

    async def open(self, request: Request, credentials: Credentials) -> Response:
        """Sign in: answers the account and sets the session's cookie; 503 while too many try at once."""
        request.state.block = NAME
        given_parameters(request)
        require_guard(request)
        return await self._in_turn(self._open, request.state.request_id, credentials)

    async def change(self, request: Request, typed: NewPassword) -> Response:
        """Set one's own password: ends all one's sessions but a fresh one, whose cookie is set."""
        request.state.block = NAME
        given_parameters(request)
        asker = await run_in_threadpool(self._asking.person, request)
        if asker.via is not Via.SESSION:
            raise Denied(
                Text(zh="只有登录的本人可以改密码", en="only the person, signed in, sets their password"),
                field="session",
                remedy=Text(zh="先登录", en="sign in first"),
            )
        return await self._in_turn(self._change, asker, typed)

    async def _in_turn(self, work: Callable[..., Response], *what: object) -> Response:
        """Work that checks a password, when there is a place for it."""
        try:  # waiting here holds no thread, so that those who read are not kept waiting too
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._places.acquire()
        except TimeoutError as fault:
            raise Unavailable(
                Text(zh="同时登录的人太多", en="too many are signing in at once"),
                limit=AT_ONCE,
                remedy=Text(zh="稍后再试", en="try again shortly"),
            ) from fault
        try:
            return await run_in_threadpool(work, *what)
        finally:
            self._places.release()

    def _change(self, asker: Asker, typed: NewPassword) -> Response:
        assert asker.account is not None, "a session is somebody's"

        def note(act: Unit, attempt: Attempt) -> None:
            done = attempt.outcome is Outcome.ACCEPTED
            asker.by().note(
                act, f"password.{'change' if done else attempt.outcome.value}", asker.account or ""
            )
            self._services.generation.bump(act)

        account = change_password(self._services.database, asker.account, typed.password, typed.new, note)
        return self._signed_in(account, asker.request)

    def _open(self, request_id: str, credentials: Credentials) -> Response:
        def note(act: Unit, attempt: Attempt) -> None:
            # What was typed may be a password: a login that nobody has is kept as a digest.
            subject = attempt.account or f"login:{sha256(attempt.login.encode()).hexdigest()[:12]}"
            By(attempt.account or "anonymous", "", request_id).note(
                act, f"session.{attempt.outcome.value}", subject
            )

        account = log_in(self._services.database, credentials.login, credentials.password, note)
        return self._signed_in(account, request_id)

    def _signed_in(self, account: Account, request_id: str) -> Response:
        """The account, with the cookie of a fresh session."""
        with unit(self._services.database) as act:
            token = open_session(act, account.id)
            asker = self._services.accounts.asker(act.connection, account.id, Via.SESSION, request_id)
            body = account_of(self._services, act.connection, asker)
        response = json_answer(body)
        response.set_cookie(
            COOKIE, token, path="/", httponly=True, samesite="strict", secure=self._services.secure_cookies
        )
        return response

    def show(self, request: Request) -> Response:
        """Who is signed in; null for nobody."""
        request.state.block = NAME
        given_parameters(request)
        asker = self._asking.person(request)
        with reading(self._services.database) as connection:
            return json_answer(account_of(self._services, connection, asker))

    def close(self, request: Request) -> Response:
        """Sign out; the session ends everywhere within a second. Harmless when it has ended."""
        request.state.block = NAME
        response = Response(status_code=204)
        forget_session(response)
        try:
            asker = self._asking.person(request)
        except Unauthenticated:
            return response
        if asker.via is Via.SESSION and asker.credential is not None:
            with unit(self._services.database) as act:
                close_session(act, asker.credential)
                asker.by().note(act, "session.close", asker.credential)
                self._services.generation.bump(act)
        return response
