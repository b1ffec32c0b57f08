"""Who read how much of what: ``/api/use``, summed by day, resource, party, service, key or status."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from diban.catalogue import Resource
from diban.governance import Asker, Permission, UseAsked, UseBy, UseSeen, UseSum, use_sums
from diban.ground import Invalid, Missing, PartyId, ResourceId, Text, now
from diban.share.block import Block, read_route
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access
from diban.share.http.download import disposition
from diban.share.http.language import language_of
from diban.share.offered.directory import Directory
from diban.share.parameters.days import DAYS, SINCE, UNTIL, parse_days
from diban.share.parameters.form import form_of, parse_form
from diban.share.parameters.given import given_parameters
from diban.share.parameters.lang import LANG, parse_lang
from diban.share.parameters.parameter import Parameter
from diban.share.services import Services
from diban.share.shapes.use import Use
from diban.store import reading

NAME = "use"
FORM = form_of("json", "csv")
BY = Parameter(
    "by", Text(zh="汇总方式", en="summed by what"), {"type": "string", "enum": [one.value for one in UseBy]}
)
RESOURCE = Parameter("resource", Text(zh="只看某资源", en="one resource's use alone"))
PARTY = Parameter("party", Text(zh="只看某机构", en="one party's use alone"))
KNOWN = (BY, SINCE, UNTIL, DAYS, RESOURCE, PARTY, FORM, LANG)
_ALL = (Permission.SEE_ALL, Permission.OPERATE, Permission.ASSESS)
_HEAD = ("of", "title", "calls", "refused", "rows", "bytes")
_RUN_BY_SHEETS = ("=", "+", "-", "@", "\t", "\r")
_NOBODY = {
    UseBy.RESOURCE: Text(zh="未指明资源（被拒绝的请求）", en="no resource named (refused requests)"),
    UseBy.KEY: Text(zh="未用密钥", en="without a key"),
}


def use_block(asking: Asking, directory: Directory) -> Block:
    """The record of use, for those whose data were read, those who read, and those who assess it."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api", tags=[NAME])
        page = _Pages(services, asking, directory).use
        read_route(
            routes,
            "/use",
            page,
            *KNOWN,
            answer=Use,
            kinds=["text/csv"],
            access=Access.ACCOUNT,
            refuses=[404],
        )
        return routes

    return Block(NAME, Text(zh="使用情况", en="Use"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking, directory: Directory) -> None:
        self._services, self._asking, self._directory = services, asking, directory

    def use(self, request: Request) -> Response:
        """Answers given and refused, features and bytes; also as CSV for spreadsheets (``f=csv``).

        Who runs or assesses the platform sees all; others what was read of their own resources, and
        what their own party read.
        """
        request.state.block = NAME
        given = given_parameters(request, *KNOWN)
        asker, scope = self._asking.account(request), self._asking.scope(request)
        form = parse_form(given.get("f"), FORM)
        language = parse_lang(given.get("lang")) or language_of(request)
        by = UseBy.parse(given.get("by", UseBy.RESOURCE.value), BY.name)
        resources = {one.id: one for one in self._directory.resources()}
        known = {one.id: one for one in resources.values() if self._directory.visible(one, asker, scope)}
        asked, seen = self._asked(given, known), self._seen(asker, resources)
        with reading(self._services.database) as connection:
            sums = use_sums(connection, asked, by, seen)
            days = use_sums(connection, asked, UseBy.DAY, seen)
            titles = self._titles(connection, by, resources)
        lines = [_line(one, titles.get(one.of) or _NOBODY.get(by) or Text(one.of, one.of)) for one in sums]
        if form == "csv":
            return _csv(lines, language, f"use-{by.value}-{asked.since}-{asked.until}.csv")
        return json_answer(
            {
                "by": {"value": by.value, "title": by.words.as_json()},
                "since": asked.since.isoformat(),
                "until": asked.until.isoformat(),
                "whole": seen is None,
                "lines": lines,
                "days": [_line(one, Text(one.of, one.of)) for one in days],
            }
        )

    def _asked(self, given: Mapping[str, str], resources: Mapping[ResourceId, Resource]) -> UseAsked:
        today = now().astimezone(self._services.use.zone).date()
        since, until = parse_days(given, today)
        named = given.get("resource")
        found = next((one for one in resources.values() if named in (one.slug, one.id)), None)
        if named is not None and found is None:
            raise Missing(
                Text(zh=f"没有资源“{named[:80]}”", en=f"no resource {named[:80]!r}"), field=RESOURCE.name
            )
        party = given.get("party")
        if party is not None and len(party) > 64:
            raise Invalid(Text(zh="没有该机构", en="no such party"), field=PARTY.name, limit=64)
        return UseAsked(since, until, found.id if found else None, PartyId(party) if party else None)

    def _seen(self, asker: Asker, resources: Mapping[ResourceId, Resource]) -> UseSeen | None:
        if any(asker.allowed(permission) for permission in _ALL):
            return None
        own = [one.id for one in resources.values() if one.entry.provider in asker.reach]
        return UseSeen(own, asker.reach)

    def _titles(
        self, connection: sa.Connection, by: UseBy, resources: Mapping[ResourceId, Resource]
    ) -> dict[str, Text]:
        if by is UseBy.RESOURCE:
            return {str(one): resource.entry.title for one, resource in resources.items()}
        if by is UseBy.PARTY:
            return {str(party.id): party.name for party in self._services.parties.list(connection)}
        return {}


def _line(found: UseSum, title: Text) -> dict[str, Any]:
    return {
        "of": found.of,
        "title": title.as_json(),
        "calls": found.calls,
        "refused": found.refused,
        "rows": found.rows,
        "bytes": found.bytes,
    }


def _csv(lines: Sequence[Mapping[str, Any]], language: str, name: str) -> Response:
    """For spreadsheets: with the mark by which they know UTF-8, and nothing in it that they would run."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for line in lines:
        title = str(line["title"][language])
        shown = f"'{title}" if title.startswith(_RUN_BY_SHEETS) else title
        writer.writerow([line["of"], shown, *(line[name] for name in _HEAD[2:])])
    headers = {"Content-Disposition": disposition(name)}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv", headers=headers)
