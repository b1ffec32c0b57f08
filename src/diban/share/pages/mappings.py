"""How a sender's columns become a layer's fields: ``/api/mappings/{layer}``, for those who deliver to it."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from diban.governance import Asker
from diban.ground import Invalid, Text
from diban.share.block import JSON, Block, act_route, read_route
from diban.share.deliveries.document import iso
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access
from diban.share.http.rows_answer import attachment
from diban.share.pages.catalogue import field_document
from diban.share.parameters.given import given_parameters
from diban.share.parameters.parameter import Parameter
from diban.share.port import LayerMapping
from diban.share.services import Services
from diban.share.shapes.mapping import LayerMapping as Mapped
from diban.share.shapes.mapping import MappingValue

NAME = "mappings"
PATH = "/api/mappings"
NUMBER = Parameter(
    "number",
    Text(zh="版本号；不写为现行版", en="a version; left out, the current one"),
    {"type": "integer", "minimum": 1},
)


class MappingWord(BaseModel):
    """A mapping to be kept; ``on`` is the version it was made from, 0 where there was none."""

    model_config = ConfigDict(extra="forbid")

    mapping: dict[str, Any]
    on: Annotated[int, Field(ge=0)] | None = None


def mappings_block(asking: Asking) -> Block:
    """The mapping of a layer: shown, saved as its next version, taken as a file."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking)
        read_route(routes, "/{layer}", pages.show, NUMBER, answer=Mapped, access=Access.ACCOUNT)
        read_route(routes, "/{layer}/file", pages.file, NUMBER, answer=MappingValue, access=Access.ACCOUNT)
        act_route(routes, "PUT", "/{layer}", pages.save, answer=Mapped, refuses=(409,))
        return routes

    return Block(NAME, Text(zh="字段映射", en="Mappings"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def show(self, request: Request, layer: str) -> Response:
        """The mapping with the layer's fields, and which versions there are."""
        return json_answer(_document(self._known(request, layer)))

    def file(self, request: Request, layer: str) -> Response:
        """The mapping alone as a file, as ``diban mapping set`` takes it."""
        known = self._known(request, layer)
        body = orjson.dumps(known.mapping.as_json(), option=orjson.OPT_INDENT_2)
        name = f"{known.layer.slug}-mapping-{known.mapping.number}.json"
        return Response(body, media_type=JSON, headers={"Content-Disposition": attachment(name, name)})

    def save(self, request: Request, layer: str, word: MappingWord) -> Response:
        """Keep a mapping for the deliveries to come; the same again stays the same version."""
        asker = self._begin(request)
        return json_answer(
            _document(self._services.journey.save_mapping(asker, layer[:200], word.mapping, word.on))
        )

    def _known(self, request: Request, layer: str) -> LayerMapping:
        asker = self._begin(request, NUMBER)
        number = parse_number(given_parameters(request, NUMBER).get("number"))
        return self._services.journey.mapping(asker, layer[:200], number)

    def _begin(self, request: Request, *parameters: Parameter) -> Asker:
        request.state.block = NAME
        given_parameters(request, *parameters)
        return self._asking.account(request)


def parse_number(given: str | None) -> int | None:
    """The number of a version; None when none is given."""
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and int(given[:9]) > 0 and len(given) < 10):
        raise Invalid(
            Text(zh="版本号是正整数", en="a version is a number from 1"), field="number", limit="1…"
        )
    return int(given)


def _document(known: LayerMapping) -> dict[str, Any]:
    return {
        "layer": known.layer.slug,
        "layer_title": known.layer.title.as_json(),
        "resource": known.resource.slug,
        "resource_title": known.resource.entry.title.as_json(),
        "geometry": known.layer.schema.geometry.value,
        "key": known.layer.schema.key,
        "fields": [field_document(field) for field in known.layer.schema.fields],
        "mapping": known.mapping.as_json(),
        "versions": [{"number": saved.number, "at": iso(saved.at)} for saved in known.versions],
    }
