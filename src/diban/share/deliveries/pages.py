"""Deliveries to be read: ``/api/deliveries``, each to those who sent, decide or oversee it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from diban.governance import Asker, Permission, may, review_of
from diban.ground import CRS84, ROW, DeliveryId, Denied, Invalid, Missing, PartyId, ResourceId, Text
from diban.intake import Delivery, DeliveryState
from diban.quality import Report
from diban.share.block import Block, read_route
from diban.share.deliveries.document import (
    delivery_document,
    delivery_line,
    lists_rows,
    may_see,
    progress_document,
    report_document,
    works_for,
    works_on,
)
from diban.share.deliveries.noted import note_reading, quoted
from diban.share.deliveries.receipt import receipt_document
from diban.share.http.answers import below_address, json_answer
from diban.share.http.asking import Asking
from diban.share.http.conditional import CACHING, tag_of_bytes, unchanged
from diban.share.http.described import Access
from diban.share.http.geojson import features_of
from diban.share.http.language import language_of
from diban.share.http.rows_answer import rows_answer
from diban.share.parameters.after import AFTER
from diban.share.parameters.given import given_parameters
from diban.share.parameters.header import HEADER, parse_header
from diban.share.parameters.lang import LANG, parse_lang
from diban.share.parameters.limit import LIMIT, parse_limit
from diban.share.parameters.parameter import Parameter
from diban.share.port import CHANGE_KINDS, REPAIRS
from diban.share.services import Services
from diban.share.shapes.delivery import Delivery as DeliveryShown
from diban.share.shapes.delivery import FileColumns, Progress
from diban.share.shapes.delivery_line import DeliveryList
from diban.share.shapes.features import ChangedFeatures, RepairedShapes
from diban.share.shapes.receipt import Receipt
from diban.share.shapes.report import ReportSoFar
from diban.store import reading

NAME = "deliveries"
PATH = "/api/deliveries"
STATE = Parameter(
    "state",
    Text(zh="交付状态，逗号分隔", en="states, with commas between"),
    {"type": "string"},
)
RESOURCE = Parameter("resource", Text(zh="资源标识", en="a resource's slug"))
KIND = Parameter(
    "kind", Text(zh="哪一类变更", en="which kind of change"), {"type": "string", "enum": [*CHANGE_KINDS]}
)
MOST_LINES = 200
MOST_FEATURES = 1000
OCTETS = "application/octet-stream"
GEOJSON = "application/geo+json"
_LONGEST = 64


def deliveries_block(asking: Asking) -> Block:
    """Deliveries: the list; of each one its report, progress, changes, receipt and original."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking)
        listed = (STATE, RESOURCE, LIMIT, AFTER)
        read_route(routes, "", pages.index, *listed, answer=DeliveryList, access=Access.ACCOUNT)
        one, paged = "/{delivery}", (LIMIT, AFTER)
        read_route(routes, one, pages.show, answer=DeliveryShown)
        read_route(routes, one + "/report", pages.report, answer=ReportSoFar)
        read_route(routes, one + "/progress", pages.progress, answer=Progress, tagged=True)
        read_route(
            routes, one + "/changes", pages.changes, KIND, *paged, kind=GEOJSON, answer=ChangedFeatures
        )
        read_route(routes, one + "/repairs", pages.repairs, *paged, kind=GEOJSON, answer=RepairedShapes)
        read_route(routes, one + "/receipt", pages.receipt, answer=Receipt)
        read_route(routes, one + "/original", pages.original, kind=OCTETS, ranged=True)
        read_route(routes, one + "/columns", pages.columns, HEADER, answer=FileColumns)
        read_route(routes, one + "/faulty-rows", pages.faulty_rows, LANG, kind="*/*")
        return routes

    return Block(NAME, Text(zh="交付", en="Deliveries"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def index(self, request: Request) -> Response:
        """The deliveries that the asker may see, newest first; ``next`` is the link that leads on."""
        request.state.block = NAME
        given = given_parameters(request, STATE, RESOURCE, LIMIT, AFTER)
        asker = self._asking.account(request)
        limit = min(parse_limit(given.get("limit")), MOST_LINES)
        states = _states(given.get("state"))
        with reading(self._services.database) as connection:
            resource = self._resource(connection, given.get("resource"))
            found = self._services.deliveries.page(
                connection,
                limit + 1,
                parties=seen_parties(asker),
                resource=resource,
                states=states,
                before=given.get("after"),
            )
            lines = [self._line(connection, delivery) for delivery in found[:limit]]
        following = None if len(found) <= limit else found[limit - 1].id
        return json_answer({"deliveries": lines, "next": _next(request, following)})

    def show(self, request: Request, delivery: str) -> Response:
        """A delivery with its report; `Missing` to whoever may not see it."""
        asker, found = self._known(request, delivery)
        document = self.document(asker, found)
        self._note_report(request, asker, found, document)
        return json_answer(document)

    def report(self, request: Request, delivery: str) -> Response:
        """The whole report; null before the file was examined."""
        asker, found = self._known(request, delivery)
        document = report_document(found, values=works_on(asker, found))
        self._note_report(request, asker, found, document)
        return json_answer(document)

    def progress(self, request: Request, delivery: str) -> Response:
        """How far the work is; asked again with the tag, 304 while nothing moved."""
        _, found = self._known(request, delivery)
        body = orjson.dumps(progress_document(found, self._services.journey.standing(found)))
        tag = tag_of_bytes(body)
        if (same := unchanged(request, tag)) is not None:
            return same
        headers = {"ETag": tag, "Cache-Control": CACHING}
        return Response(body, media_type="application/json", headers=headers)

    def changes(self, request: Request, delivery: str) -> Response:
        """What it would add, change or remove (or did), for those who work on it; noted in the audit."""
        asker, found = self._known(request, delivery, KIND, LIMIT, AFTER)
        kind = _kind(given_parameters(request, KIND, LIMIT, AFTER).get("kind"))
        return self._kept(request, asker, found, kind, (found.changes or {}).get(kind, 0))

    def repairs(self, request: Request, delivery: str) -> Response:
        """Geometry as it was delivered and, beside it, as it would be repaired; ``side`` tells which.

        For those who work on the delivery, as far as its report names the rows; noted in the audit.
        """
        asker, found = self._known(request, delivery, LIMIT, AFTER)
        report = Report.from_json(found.report) if found.report else None
        return self._kept(request, asker, found, REPAIRS, 2 * report.repairs if report else 0)

    def _kept(self, request: Request, asker: Asker, found: Delivery, kind: str, matched: int) -> Response:
        """A page of the features of a kind that are kept of a delivery."""
        _require_work(asker, found)
        given = request.query_params
        after, limit = _after(given.get("after")), min(parse_limit(given.get("limit")), MOST_FEATURES)
        kept = self._services.journey.changes(found.id, kind, after, limit)
        if kept is None:
            raise Missing(
                Text(zh="没有可看的变更", en="no changes are kept of this delivery"),
                field="delivery",
                remedy=Text(
                    zh="质检通过后才有；结束三十天后不再保留",
                    en="they are known once it passed its checks, and kept for thirty days after its end",
                ),
            )
        features = features_of(kept.features, CRS84)
        for feature in features:  # what is new has no number yet
            told = feature["properties"]
            side = f" {told['side']}" if kind == REPAIRS else ""
            feature["id"] = feature["id"] or f"row {told[ROW]}{side}"
        note_reading(
            *(self._services, request, asker, found),
            "delivery.changes",
            kind=kind,
            after=after,
            features=len(features),
        )
        until = after + len(features)
        following = str(until) if features and until < kept.of else None
        return json_answer(
            {
                "type": "FeatureCollection",
                "numberMatched": matched,
                "numberKept": kept.of,
                "numberReturned": len(features),
                "features": features,
                "next": _next(request, following),
            },
            GEOJSON,
        )

    def receipt(self, request: Request, delivery: str) -> Response:
        """What was received and what became of it, signed by the platform."""
        asker, found = self._known(request, delivery)
        _require_work(asker, found)
        return json_answer(receipt_document(self._services, found))

    def original(self, request: Request, delivery: str) -> Response:
        """The file as it was sent, for its senders; noted in the audit."""
        asker, found = self._known(request, delivery)
        may(asker, Permission.DELIVER, found.sent.party)
        if request.state.bare:  # nothing is taken, so nothing is read
            return Response(media_type=OCTETS, headers={"Content-Length": str(found.sent.size)})
        path = self._services.journey.original(asker, found)
        # Said to be encoded already, so that gigabytes are not compressed on their way.
        headers = {"Content-Encoding": "identity"}
        return FileResponse(
            path, media_type=OCTETS, filename=found.sent.file_name or "original", headers=headers
        )

    def columns(self, request: Request, delivery: str) -> Response:
        """The columns of its file, each with some of its values, for its senders; noted in the audit."""
        asker, found = self._known(request, delivery, HEADER)
        may(asker, Permission.DELIVER, found.sent.party)
        header = parse_header(given_parameters(request, HEADER).get("header"))
        told = self._services.journey.columns(asker, found, header)
        columns = [{"name": one.name, "sort": one.sort, "values": list(one.values)} for one in told.columns]
        return json_answer(
            {
                "delivery": found.id,
                "file_name": found.sent.file_name,
                "format": told.format,
                "layer": told.layer,
                "placed": told.placed,
                "places": list(told.places),
                "columns": columns,
            }
        )

    def faulty_rows(self, request: Request, delivery: str) -> Response:
        """The rows with a fault in the format sent, with words and remedies; noted in the audit.

        A very long list ends early, as the file's name then says.
        """
        asker, found = self._known(request, delivery, LANG)
        language = parse_lang(given_parameters(request, LANG).get("lang")) or language_of(request)
        _require_work(asker, found)
        if not lists_rows(found):
            raise Missing(
                Text(zh="没有问题行", en="there are no faulty rows"),
                field="delivery",
                remedy=Text(zh="见质检报告", en="see the report"),
            )
        if request.state.bare:  # nothing is taken, so nothing is made
            return Response(media_type=OCTETS)
        rows = self._services.journey.faulty_rows(asker, found)
        return rows_answer(rows, found.sent.file_name, language)

    def document(self, asker: Asker, delivery: Delivery) -> dict[str, Any]:
        """A delivery in full for this asker."""
        with reading(self._services.database) as connection:
            decided = review_of(connection, delivery.id)
            resource = self._services.catalogue.get(connection, delivery.sent.resource)
            sender = self._services.parties.get(connection, delivery.sent.party).name
        return delivery_document(asker, delivery, decided, resource, sender)

    def _resource(self, connection: Any, slug: str | None) -> ResourceId | None:
        """The resource of a slug; of one that nobody took, an id that no delivery names.

        Whether a resource exists is not told here: what has no deliveries to be seen answers none.
        """
        if not slug:
            return None
        try:
            return self._services.catalogue.by_slug(connection, slug).id
        except Missing:
            return ResourceId("")

    def _note_report(
        self, request: Request, asker: Asker, found: Delivery, document: dict[str, Any] | None
    ) -> None:
        if document is not None and (places := quoted(document)):
            note_reading(self._services, request, asker, found, "delivery.report", places=places)

    def _known(self, request: Request, delivery: str, *parameters: Parameter) -> tuple[Asker, Delivery]:
        request.state.block = NAME
        given_parameters(request, *parameters)
        asker = self._asking.asker(request)
        return asker, visible_delivery(self._services, asker, delivery)

    def _line(self, connection: Any, delivery: Delivery) -> dict[str, Any]:
        resource = self._services.catalogue.get(connection, delivery.sent.resource)
        title = resource.entry.title.as_json()
        return {**delivery_line(delivery), "resource": resource.slug, "resource_title": title}


def visible_delivery(services: Services, asker: Asker, delivery: str) -> Delivery:
    """The delivery of that id; to whoever may not see it, exactly as if there were none."""
    with reading(services.database) as connection:
        try:
            found = services.deliveries.get(connection, DeliveryId(delivery[:_LONGEST]))
        except Missing:
            found = None
    if found is None or not may_see(asker, found):
        name = delivery[:_LONGEST]
        raise Missing(Text(zh=f"没有交付 {name}", en=f"there is no delivery {name}"), field="delivery")
    return found


def seen_parties(asker: Asker) -> Collection[PartyId] | None:
    """Whose deliveries the asker may see; None for everyone's."""
    anyone = PartyId("")
    if asker.allowed(Permission.SEE_ALL) or asker.allowed(Permission.REVIEW_DELIVERY, anyone):
        return None
    return {party for party in asker.reach if works_for(asker, party)}


def _require_work(asker: Asker, delivery: Delivery) -> None:
    if not works_on(asker, delivery):
        raise Denied(
            Text(zh="仅提交机构与审核人可看", en="for its senders and reviewers only"),
            field="delivery",
            remedy=Text(zh="请提交机构提供", en="ask the party that sent it"),
        )


def _states(given: str | None) -> list[DeliveryState]:
    try:
        return [DeliveryState(word) for word in given.split(",")] if given else []
    except ValueError as fault:
        raise Invalid(
            Text(zh="没有这种交付状态", en="no such state of a delivery"),
            field="state",
            limit=", ".join(DeliveryState),
        ) from fault


def _kind(given: str | None) -> str:
    if given is not None and given not in CHANGE_KINDS:
        raise Invalid(
            Text(zh="没有这类变更", en="no such kind of change"), field="kind", limit=", ".join(CHANGE_KINDS)
        )
    return given or CHANGE_KINDS[0]


def _after(given: str | None) -> int:
    if given is None:
        return 0
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise Invalid(Text(zh="翻页标记无效", en="not a page token"), field="after")
    return int(given)


def _next(request: Request, after: str | None) -> str | None:
    """The same address, a page on."""
    if after is None:
        return None
    url = request.url.include_query_params(after=after)
    return below_address(request, f"{url.path}?{url.query}")
