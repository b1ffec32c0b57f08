"""Search for resources and places by name: ``/api/search``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from diban.ground import Text
from diban.share.block import Block, read_route
from diban.share.http.answers import json_answer
from diban.share.http.language import language_of
from diban.share.offered.desk import Answer, Desk
from diban.share.offered.directory import Directory
from diban.share.offered.holdings import Holdings
from diban.share.pages.finding import Finder, Question
from diban.share.parameters.bbox import BBOX, parse_bbox
from diban.share.parameters.given import given_parameters
from diban.share.parameters.hit_kind import KIND, parse_kinds
from diban.share.parameters.hit_limit import HIT_LIMIT, parse_hit_limit
from diban.share.parameters.lang import LANGUAGES, parse_lang
from diban.share.parameters.parameter import Parameter
from diban.share.parameters.words import NAME as WORDS
from diban.share.parameters.words import parse_words
from diban.share.services import Services
from diban.share.shapes.search import Found

NAME = "search"
LABELS = Parameter(
    "lang",
    Text(zh="label 用哪种语言；不写则从 Accept-Language", en="language of label; else Accept-Language says"),
    {"type": "string", "enum": [*LANGUAGES]},
)
PARAMETERS = (WORDS, KIND, BBOX, HIT_LIMIT, LABELS)


def search_block(desk: Desk, directory: Directory, holdings: Holdings) -> Block:
    """One search over everything that has a name."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix="/api/search", tags=[NAME])
        finder = Finder(services, directory, holdings)

        def find(request: Request) -> Response:
            """Resources and places by name, the best first; only what the asker may see, without counts.

            ``limit`` holds for each kind. A place is a feature of a layer, with its box and a point.
            """
            return desk.answer_all(request, NAME, lambda: _answer(request, desk, finder))

        read_route(routes, "", find, *PARAMETERS, answer=Found)
        return routes

    return Block(NAME, Text(zh="检索", en="Search"), router)


def _answer(request: Request, desk: Desk, finder: Finder) -> Answer:
    asker, scope = desk.asker(request), desk.scope(request)
    given = given_parameters(request, *PARAMETERS)
    question = Question(
        asked=parse_words(given.get("q")),
        asker=asker,
        scope=scope,
        kinds=parse_kinds(given.get("kind")),
        limit=parse_hit_limit(given.get("limit")),
        boxes=parse_bbox(given.get("bbox"), None),
    )
    language = parse_lang(given.get("lang")) or language_of(request)
    hits = finder.find(question)
    body = {
        "resources": [hit.as_json(language) for hit in hits.resources],
        "places": [hit.as_json(language) for hit in hits.places],
    }
    return json_answer(body), len(hits.places)
