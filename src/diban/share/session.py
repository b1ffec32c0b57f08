"""Signing in and out of the portal: ``/api/session``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from diban.governance import Attempt, By, Via, close_session, log_in, open_session
from diban.ground import Denied, Text
from diban.share.asking import COOKIE, GUARD, Asking
from diban.share.block import Block
from diban.share.core import json_answer
from diban.share.platform import account_of
from diban.share.services import Services
from diban.store import Unit, unit

NAME = "session"


class Credentials(BaseModel):
    """What a person types to sign in."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


def session_block(asking: Asking) -> Block:
    """Sessions for people; programs use keys."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/session", tags=[NAME])
        pages = _Pages(services, asking)
        routes.add_api_route("", pages.open, methods=["POST"])
        routes.add_api_route("", pages.show, methods=["GET"])
        routes.add_api_route("", pages.close, methods=["DELETE"], status_code=204, response_model=None)
        return routes

    return Block(NAME, Text(zh="登录", en="Sign in"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def open(self, request: Request, credentials: Credentials) -> Response:
        """Sign in: answers the account and sets the session's cookie."""
        _require_guard(request)
        request.state.block = NAME

        def note(act: Unit, attempt: Attempt) -> None:
            by = By(attempt.account or "anonymous", "", request.state.request_id)
            by.note(act, f"session.{attempt.outcome.value}", attempt.login[:64])

        account = log_in(self._services.database, credentials.login, credentials.password, note)
        with unit(self._services.database) as act:
            token = open_session(act, account.id)
            asker = self._services.accounts.asker(
                act.connection, account.id, Via.SESSION, request.state.request_id
            )
            body = account_of(self._services, act.connection, asker)
        response = json_answer(body)
        response.set_cookie(
            COOKIE, token, path="/", httponly=True, samesite="strict", secure=self._services.secure_cookies
        )
        return response

    def show(self, request: Request) -> Response:
        """Who is signed in; null for nobody."""
        request.state.block = NAME
        with unit(self._services.database) as act:
            return json_answer(account_of(self._services, act.connection, self._asking.asker(request)))

    def close(self, request: Request) -> Response:
        """Sign out; the session ends everywhere within a second."""
        request.state.block = NAME
        asker = self._asking.asker(request)
        if asker.via is Via.SESSION and asker.credential is not None:
            with unit(self._services.database) as act:
                close_session(act, asker.credential)
                asker.by().note(act, "session.close", asker.credential)
                self._services.generation.bump(act)
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/")
        return response


def _require_guard(request: Request) -> None:
    """A form of a foreign page cannot set this header."""
    if request.headers.get(GUARD) != "1":
        raise Denied(
            Text(zh="缺少请求头 X-Diban-Request", en="the header X-Diban-Request is missing"),
            field=GUARD,
            limit="1",
        )
