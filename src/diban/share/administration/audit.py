"""The audit (审计): searched, taken as a file, proved whole: ``/api/audit``."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.governance import Audit, AuditLine, Break, Permission, may
from diban.ground import Text, now
from diban.share.administration.begin import begin
from diban.share.administration.named import Register
from diban.share.block import Block, act_route, read_route
from diban.share.deliveries.document import iso
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access
from diban.share.http.download import disposition
from diban.share.parameters.after import AFTER
from diban.share.parameters.days import SINCE, UNTIL, parse_days
from diban.share.parameters.form import form_of, parse_form
from diban.share.parameters.limit import LIMIT, parse_limit
from diban.share.parameters.parameter import Parameter
from diban.share.services import Services
from diban.share.shapes.audit import AuditPage, Verification
from diban.store import reading

NAME = "audit"
PATH = "/api/audit"
MOST = 200
MOST_IN_FILE = 50_000
FORM = form_of("json", "csv")
ACTOR = Parameter("actor", Text(zh="谁：登录名或账号编号", en="who: a login, or an account's id"))
ACT = Parameter("act", Text(zh="何事，例如 grant.give 或 grant", en="what: such as grant.give, or grant"))
SUBJECT = Parameter("subject", Text(zh="事项编号", en="the id of the thing"))
REQUEST = Parameter("request", Text(zh="请求编号", en="a request's id"))
KNOWN = (SINCE, UNTIL, ACTOR, ACT, SUBJECT, REQUEST, LIMIT, AFTER, FORM)
_HEAD = ("position", "at", "actor", "login", "party", "act", "subject", "request", "detail")
_FIRST, _LAST = date(1970, 1, 2), date(9998, 12, 31)
_RUN_BY_SHEETS = ("=", "+", "-", "@", "\t", "\r")


def audit_block(asking: Asking) -> Block:
    """The audit's lines for those who read it, and the proof that none was touched."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking)
        read_route(
            routes,
            "",
            pages.index,
            *KNOWN,
            answer=AuditPage,
            kinds=["text/csv"],
            access=Access.ACCOUNT,
        )
        act_route(routes, "POST", "/verification", pages.verify, answer=Verification, refuses=(409,))
        return routes

    return Block(NAME, Text(zh="审计", en="Audit"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def index(self, request: Request) -> Response:
        """Lines of these days (the last thirty unless said), newest first; ``f=csv`` is put on record.

        ``next`` is the line's id that leads on.
        """
        asker, given = begin(request, NAME, self._asking, *KNOWN)
        may(asker, Permission.READ_AUDIT)
        as_file = parse_form(given.get("f"), FORM) == "csv"
        limit = MOST_IN_FILE if as_file else min(parse_limit(given.get("limit")), MOST)
        zone = self._services.use.zone
        since, until = parse_days(given, now().astimezone(zone).date())
        with reading(self._services.database) as connection:
            found = self._found(connection, given, (since, until), limit + 1)
            register = Register(self._services, connection)
        lines = [_line(one, register) for one in found[:limit]]
        if as_file:
            if not request.state.bare:
                self._services.office.note_export(asker, len(lines))
            return _csv(lines, f"audit-{since}-{until}.csv")
        following = found[limit - 1].id if len(found) > limit else None
        said = {"since": since.isoformat(), "until": until.isoformat()}
        return json_answer({**said, "lines": lines, "next": following})

    def verify(self, request: Request) -> Response:
        """Read the whole chain again, about 30,000 lines a second, and name every place that is not whole."""
        asker, _ = begin(request, NAME, self._asking)
        began = now()
        verdict = self._services.office.verify_audit(asker)
        return json_answer(
            {
                "whole": verdict.whole,
                "lines": verdict.lines,
                "head": verdict.head,
                "breaks": [_break(one) for one in verdict.breaks],
                "more": verdict.more,
                "at": iso(began),
                "seconds": round((now() - began).total_seconds(), 2),
            }
        )

    def _found(
        self, connection: sa.Connection, given: Mapping[str, str], days: tuple[date, date], limit: int
    ) -> list[AuditLine]:
        zone, (since, until) = self._services.use.zone, days
        return Audit.lines(
            connection,
            subject=given.get("subject"),
            actor=self._actor(connection, given.get("actor")),
            request_id=given.get("request"),
            act=given.get("act"),
            since=_midnight(since, zone),
            until=_midnight(min(until, _LAST) + timedelta(days=1), zone),
            before=given.get("after"),
            limit=limit,
        )

    def _actor(self, connection: sa.Connection, named: str | None) -> str | None:
        known = None if named is None else self._services.accounts.find(connection, named[:80])
        return named if known is None else known.id


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The city's midnight at which a day begins; no audit is older or younger than these years."""
    return datetime.combine(min(max(day, _FIRST), _LAST), time.min, zone)


def _line(line: AuditLine, register: Register) -> dict[str, Any]:
    return {
        "id": line.id,
        "position": line.position,
        "at": iso(line.at),
        "actor": register.account(line.by.actor),
        "party": register.party(line.by.party) if line.by.party else None,
        "act": line.act,
        "subject": line.subject,
        "request": line.by.request_id,
        "detail": line.detail,
    }


def _break(found: Break) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "first": found.first,
        "last": found.last,
        "line": found.line,
        "home": found.home,
    }


def _csv(lines: Sequence[Mapping[str, Any]], name: str) -> Response:
    """For spreadsheets: with the mark by which they know UTF-8, and nothing in it that they would run."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for line in lines:
        actor, party = line["actor"], line["party"]
        cells = (
            *("" if line["position"] is None else line["position"], line["at"], actor["id"], actor["login"]),
            *("" if party is None else party["name"]["zh"], line["act"], line["subject"], line["request"]),
            orjson.dumps(line["detail"]).decode(),
        )
        writer.writerow([_cell(cell) for cell in cells])
    headers = {"Content-Disposition": disposition(name)}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv", headers=headers)


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_RUN_BY_SHEETS) else text
