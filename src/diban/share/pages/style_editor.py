"""How a layer is drawn, for those who decide it: ``/api/styles/{layer}`` and the values of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from diban.base import LOOKED_AT
from diban.catalogue import NUMBER_KINDS, RAMPS, VALUE_KINDS, KeptStyle, Ramp
from diban.governance import Asker
from diban.ground import NOW, AccountId, Invalid, Kind, Text
from diban.share.block import Block, act_route, read_route
from diban.share.deliveries.document import iso
from diban.share.http.answers import json_answer
from diban.share.http.asking import Asking
from diban.share.http.described import Access
from diban.share.pages.catalogue import field_document
from diban.share.pages.mappings import NUMBER, parse_number
from diban.share.parameters.given import given_parameters
from diban.share.parameters.parameter import Parameter
from diban.share.port import LayerStyle
from diban.share.services import Services
from diban.share.shapes.style import FieldValues
from diban.share.shapes.style import LayerStyle as StyleShown
from diban.store import reading

NAME = "style-editor"
PATH = "/api/styles"
FIELD = Parameter("field", Text(zh="字段名", en="name of a field"))
MOST_VALUES = 50
PERCENTS = 100


class StyleWord(BaseModel):
    """A style to be kept, and why; ``on`` is the version it was made from, 0 where there was none."""

    model_config = ConfigDict(extra="forbid")

    style: dict[str, Any]
    why: str
    on: Annotated[int, Field(ge=0)] | None = None


def style_editor_block(asking: Asking) -> Block:
    """The style of a layer: shown, saved as its next version, and what its fields hold."""

    def router(services: Services) -> APIRouter:
        routes = APIRouter(prefix=PATH, tags=[NAME])
        pages = _Pages(services, asking)
        read_route(routes, "/{layer}", pages.show, NUMBER, answer=StyleShown, access=Access.ACCOUNT)
        values = pages.values
        read_route(routes, "/{layer}/values", values, FIELD, answer=FieldValues, access=Access.ACCOUNT)
        act_route(routes, "PUT", "/{layer}", pages.save, answer=StyleShown, refuses=(409,))
        return routes

    return Block(NAME, Text(zh="样式编辑", en="Style editor"), router)


class _Pages:
    def __init__(self, services: Services, asking: Asking) -> None:
        self._services, self._asking = services, asking

    def show(self, request: Request, layer: str) -> Response:
        """The style with the layer's fields, which versions there are, and the colours to choose from."""
        asker = self._begin(request, NUMBER)
        number = parse_number(given_parameters(request, NUMBER).get("number"))
        return self._shown(self._services.journey.style(asker, layer[:200], number))

    def save(self, request: Request, layer: str, word: StyleWord) -> Response:
        """Keep a style as the layer's next version; the same again stays the same version."""
        asker = self._begin(request)
        saved = self._services.journey.save_style(asker, layer[:200], word.style, word.why, word.on)
        return self._shown(saved)

    def values(self, request: Request, layer: str) -> Response:
        """The most frequent values of a field with their counts, or how its numbers are spread."""
        asker = self._begin(request, FIELD)
        known = self._services.journey.style(asker, layer[:200], None)
        name = given_parameters(request, FIELD).get("field")
        if name is None:
            raise Invalid(Text(zh="请给出字段名", en="name a field"), field="field", limit="required")
        field = known.layer.schema.field(name)
        if known.layer.layer is None:
            return json_answer(_told(pa.array([], field.arrow_type()), field.kind, 0))
        scope, seconds = self._asking.scope(request), self._services.read_seconds
        snapshot = self._services.base.at(known.layer.layer, NOW, scope, seconds)
        parts = list(snapshot.values(name))
        column = pa.chunked_array(parts, None if parts else field.arrow_type())
        rows = 0 if snapshot.version is None else snapshot.version.rows
        return json_answer(_told(column, field.kind, rows))

    def _shown(self, known: LayerStyle) -> Response:
        makers = {kept.by for kept in known.versions}
        with reading(self._services.database) as connection:
            names = {maker: self._services.accounts.get(connection, maker).name for maker in makers}
        return json_answer(_document(known, names))

    def _begin(self, request: Request, *parameters: Parameter) -> Asker:
        request.state.block = NAME
        given_parameters(request, *parameters)
        return self._asking.account(request)


def _told(column: pa.Array | pa.ChunkedArray, kind: Kind, rows: int) -> dict[str, Any]:
    """What a field's values are like; ``whole`` says that every row was looked at."""
    present = column.drop_null()
    told: dict[str, Any] = {
        "looked_at": len(column),
        "whole": rows <= LOOKED_AT,
        "absent": len(column) - len(present),
        "values": [],
        "distinct": 0,
        "numbers": None,
    }
    if kind in VALUE_KINDS and len(present):
        counted = pc.value_counts(present)
        order = np.lexsort((np.arange(len(counted)), -counted.field("counts").to_numpy()))[:MOST_VALUES]
        most = [one for one in counted.take(pa.array(order)).to_pylist() if one["values"] != ""]
        told["values"] = [{"value": _text(one["values"]), "count": one["counts"]} for one in most]
        told["distinct"] = len(counted)
    if kind in NUMBER_KINDS and len(present):
        numbers = present.cast(pa.float64()).to_numpy()
        numbers = numbers[np.isfinite(numbers)]
        if len(numbers):
            percents = np.linspace(0, 1, PERCENTS + 1)
            told["numbers"] = {"quantiles": np.quantile(numbers, percents).tolist()}
    return told


def _text(value: object) -> str:
    """A value as tiles and styles write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _document(known: LayerStyle, names: Mapping[AccountId, Text]) -> dict[str, Any]:
    layer = known.layer
    return {
        "layer": layer.slug,
        "layer_title": layer.title.as_json(),
        "resource": known.resource.slug,
        "resource_title": known.resource.entry.title.as_json(),
        "geometry": layer.schema.geometry.value,
        "fields": [field_document(field) for field in layer.schema.fields],
        "number": known.number,
        "style": known.style.as_json(),
        "default": known.default.as_json(),
        "versions": [_version(kept, names[kept.by]) for kept in known.versions],
        "ramps": [_ramp(ramp) for ramp in RAMPS],
    }


def _version(kept: KeptStyle, maker: Text) -> dict[str, Any]:
    return {"number": kept.number, "at": iso(kept.at), "why": kept.why, "by": maker.as_json()}


def _ramp(ramp: Ramp) -> dict[str, Any]:
    return {
        "name": ramp.name,
        "kind": ramp.kind.value,
        "title": ramp.title.as_json(),
        "colours": list(ramp.colours),
        "source": ramp.source,
    }
