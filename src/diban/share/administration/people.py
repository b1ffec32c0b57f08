"""People (人员): accounts and their roles, for system and security administrators: ``/api/people``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from diban.governance import Account, Asker, Permission, Role, last_uses
from diban.ground import AccountId, Text, now
from diban.share.administration.begin import begin, may_any
from diban.share.administration.named import Register
from diban.share.block import Block, act_route, read_route
from diban.share.deliveries.document import iso
from diban.share.http import described
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.body_text import BodyText
from diban.share.offered.titled import titled
from diban.share.parameters.after import AFTER
from diban.share.parameters.limit import LIMIT, parse_limit
from diban.share.parameters.parameter import Parameter
from diban.share.services import Services
from diban.share.shapes.people import ChangedMember, People
from diban.store import reading

NAME = "people"
PATH = "/api/people"
MOST = 500
WORDS = Parameter("q", Text(zh="登录名、姓名或机构含有的文字", en="text in the login, name or party"))
STATE = Parameter(
    "state",
    Text(zh="账号状态", en="the account's state"),
    {"type": "string", "enum": ["open", "initial", "locked", "closed", "party_closed"]},
)
KNOWN = (WORDS, STATE, LIMIT, AFTER)
_Name = Annotated[BodyText, Field(min_length=1, max_length=120)]
_Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]


class NewPerson(BaseModel):
    """A person to be given an account: the name, the party (id, code or Chinese name) and roles."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    name_en: _Name | None = None
    party: _Name
    roles: _Roles


class Roles(BaseModel):
    """All roles that an account is to have."""

    model_config = ConfigDict(extra="forbid")

    roles: _Roles


class Access(BaseModel):
    """Whether an account is open."""

    model_config = ConfigDict(extra="forbid")

    open: bool


def people_block(asking: Asking) -> Block:
    """Accounts: listed, made, given roles, closed and opened, given a fresh initial password."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking)
        read_route(routes, "", pages.index, *KNOWN, answer=People, access=described.Access.ACCOUNT)
        acts: Sequence[tuple[str, str, Callable[..., Response], int]] = (
            ("PUT", "/{login}", pages.add, 201),
            ("PUT", "/{login}/roles", pages.assign, 200),
            ("PUT", "/{login}/access", pages.access, 200),
            ("POST", "/{login}/password", pages.password, 200),
        )
        for method, path, page, status in acts:
            known = 200 if status == 201 else None
            act_route(
                routes, method, path, page, status=status, known=known, answer=ChangedMember, refuses=(409,)
            )
        return routes

    return Block(NAME, Text(zh="人员", en="People"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def index(self, request: Request) -> Response:
        """Accounts by login, with roles, state and last use; ``next`` is the login that leads on."""
        asker, given = self._begin(request, *KNOWN)
        may_any(asker, Permission.MANAGE_ACCOUNTS, Permission.ASSIGN_ROLES)
        limit = min(parse_limit(given.get("limit")), MOST)
        with reading(self._services.database) as connection:
            register, used = Register(self._services, connection), last_uses(connection)
        lines = [_line(one, register, used) for one in register.accounts.values()]
        found = [line for line in lines if _matches(line, given)]
        page = [line for line in found if line["login"] > given.get("after", "")]
        return json_answer(
            {
                "people": page[:limit],
                "total": len(found),
                "next": page[limit - 1]["login"] if len(page) > limit else None,
                "roles": [titled(role) for role in Role],
            }
        )

    def add(self, request: Request, login: str, person: NewPerson) -> Response:
        """Give a person an account: 201 with the initial password, told this once, to be changed first.

        200 without one where that very account is there already.
        """
        asker, _ = self._begin(request)
        name = Text(zh=person.name, en=person.name_en or person.name)
        roles = frozenset(person.roles)
        made = self._services.office.add_person(asker, login[:80], name, person.party, roles)
        return self._answer(login, made, 200 if made is None else 201)

    def assign(self, request: Request, login: str, roles: Roles) -> Response:
        """Give an account these roles and no others; the security administrator's act."""
        asker, _ = self._begin(request)
        self._services.office.set_roles(asker, login[:80], frozenset(roles.roles))
        return self._answer(login)

    def access(self, request: Request, login: str, access: Access) -> Response:
        """Close an account, whose sessions and keys end within a second, or open it again."""
        asker, _ = self._begin(request)
        self._services.office.set_open(asker, login[:80], access.open)
        return self._answer(login)

    def password(self, request: Request, login: str) -> Response:
        """A fresh initial password, told this once; it unlocks the account and ends its sessions."""
        asker, _ = self._begin(request)
        return self._answer(login, self._services.office.new_password(asker, login[:80]))

    def _begin(self, request: Request, *known: Parameter) -> tuple[Asker, dict[str, str]]:
        return begin(request, NAME, self._asking, *known)

    def _answer(self, login: str, password: str | None = None, status: int = 200) -> Response:
        with reading(self._services.database) as connection:
            account = self._services.accounts.find(connection, login)
            assert account is not None, "it was just dealt with"
            line = _line(account, Register(self._services, connection), last_uses(connection))
        answer = json_answer({**line, "password": password}, headers={"Cache-Control": "no-store"})
        answer.status_code = status
        return answer


def _line(account: Account, register: Register, used: Mapping[AccountId, datetime]) -> dict[str, Any]:
    return {
        **register.account(account.id),
        "party": register.party(account.party),
        "roles": [titled(role) for role in sorted(account.roles)],
        "state": _state(account, register),
        "locked_until": iso(account.locked_until) if _state(account, register) == "locked" else None,
        "last_used": iso(used.get(account.id)),
    }


def _state(account: Account, register: Register) -> str:
    if account.disabled:
        return "closed"
    if register.closed(account.party):
        return "party_closed"
    if account.locked_until is not None and account.locked_until > now():
        return "locked"
    return "initial" if account.must_change else "open"


def _matches(line: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    words = given.get("q", "").strip().casefold()
    texts = (line["login"], *line["name"].values(), *line["party"]["name"].values())
    return given.get("state", line["state"]) == line["state"] and any(
        words in text.casefold() for text in texts
    )
