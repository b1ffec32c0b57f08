"""Deliveries to be acted on: send one, take it back, decide on it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from diban.governance import Asker, Verdict, review_of
from diban.ground import Mode, Text
from diban.intake import Delivery
from diban.share.block import Block, act_route
from diban.share.deliveries.document import delivery_document
from diban.share.deliveries.pages import NAME, PATH, visible_delivery
from diban.share.http.answers import below_address, json_answer
from diban.share.http.asking import Asking
from diban.share.http.body_text import BodyText
from diban.share.http.idempotency_key import IDEMPOTENCY, given_key
from diban.share.parameters.given import given_parameters
from diban.share.port import Submission
from diban.share.services import Services
from diban.share.shapes.delivery import Delivery as DeliveryShown
from diban.store import reading

_Short = Annotated[BodyText, Field(min_length=1, max_length=200)]


class Letter(BaseModel):
    """What a sender says of an upload."""

    model_config = ConfigDict(extra="forbid")

    layer: _Short
    upload: Annotated[BodyText, Field(max_length=64)] | None = None
    mode: Mode = Mode.FULL
    source_layer: _Short | None = None
    crs: _Short | None = None
    dry_run: bool = False
    accept_repairs: bool = False
    header: bool | None = None


class Answer(BaseModel):
    """A sender's word on the coordinates of a file."""

    model_config = ConfigDict(extra="forbid")

    crs: _Short


class Word(BaseModel):
    """A reviewer's word."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    why: Annotated[BodyText, Field(min_length=1, max_length=2000)]


class RepairWord(BaseModel):
    """A sender's word on proposed repairs."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["accept", "decline"]
    why: Annotated[str, Field(max_length=2000)] = ""


class Reason(BaseModel):
    """Why a delivery is taken back."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[BodyText, Field(max_length=2000)] = ""


def delivery_acts_block(asking: Asking) -> Block:
    """What is done with deliveries; every act can be repeated, and then is the same act."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking)
        act_route(
            *(routes, "POST", "", pages.submit),
            status=201,
            known=200,
            answer=DeliveryShown,
            refuses=(404, 409),
            further=[IDEMPOTENCY],
        )
        for path, page in (
            ("/{delivery}/withdrawal", pages.withdraw),
            ("/{delivery}/answer", pages.answer),
            ("/{delivery}/review", pages.review),
            ("/{delivery}/repairs", pages.repair),
        ):
            act_route(routes, "POST", path, page, answer=DeliveryShown, refuses=(409,))
        return routes

    return Block("delivery-acts", Text(zh="交付办理", en="Acts on deliveries"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def submit(self, request: Request, letter: Letter) -> Response:
        """Send a finished upload down the road: 201 at once, 200 when it is a delivery already."""
        asker = self._begin(request)
        submission = Submission(**letter.model_dump(), key=given_key(request))
        delivery, fresh = self._services.journey.submit(asker, submission)
        answer = self._answer(asker, delivery)
        answer.headers["Location"] = below_address(request, f"{PATH}/{delivery.id}")
        answer.status_code = 201 if fresh else 200
        return answer

    def withdraw(self, request: Request, delivery: str, reason: Reason) -> Response:
        """Take a delivery back before it lands."""
        asker = self._begin(request)
        known = visible_delivery(self._services, asker, delivery)
        return self._answer(asker, self._services.journey.withdraw(asker, known.id, reason.why))

    def answer(self, request: Request, delivery: str, answer: Answer) -> Response:
        """Say in which CRS the coordinates are, or ``as-declared``; the check follows by itself."""
        asker = self._begin(request)
        known = visible_delivery(self._services, asker, delivery)
        return self._answer(asker, self._services.journey.answer(asker, known.id, answer.crs))

    def review(self, request: Request, delivery: str, word: Word) -> Response:
        """Accept or return a delivery that waits for a person; landing follows by itself."""
        asker = self._begin(request)
        known = visible_delivery(self._services, asker, delivery)
        return self._answer(asker, self._services.journey.review(asker, known.id, word.verdict, word.why))

    def repair(self, request: Request, delivery: str, word: RepairWord) -> Response:
        """Accept the proposed repairs, whereupon it is judged anew, or decline them: it goes back."""
        asker = self._begin(request)
        known = visible_delivery(self._services, asker, delivery)
        accept = word.verdict == "accept"
        return self._answer(asker, self._services.journey.repair(asker, known.id, accept, word.why))

    def _begin(self, request: Request) -> Asker:
        request.state.block = NAME
        given_parameters(request)
        return self._asking.account(request)

    def _answer(self, asker: Asker, delivery: Delivery) -> Response:
        with reading(self._services.database) as connection:
            decided = review_of(connection, delivery.id)
            resource = self._services.catalogue.get(connection, delivery.sent.resource)
            sender = self._services.parties.get(connection, delivery.sent.party).name
        return json_answer(delivery_document(asker, delivery, decided, resource, sender))
