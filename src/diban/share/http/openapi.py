"""The OpenAPI document: every route with its parameters, answers and refusals (OpenAPI 3.0.3)."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from diban.ground import Text
from diban.share.http.asking import COOKIE, GUARD
from diban.share.http.described import API_KEY, KEY, SESSION
from diban.share.http.described import GUARD as GUARDED
from diban.share.services import VERSION
from diban.share.shapes import component_schemas
from diban.share.shapes.every import EVERY
from diban.share.shapes.lowered import lowered

TITLE = "底板 Diban"
_WORDS = """The services of a city's spatial base board: open ones under `/ogc`, those of the portal under \
`/api`, those of operators beside them. 城市空间底板的服务：开放服务在 `/ogc`，门户所用在 `/api`。

HEAD is answered wherever GET is. Refusals are problem documents (RFC 9457) in the language of \
`Accept-Language` (zh, en). What the asker may not know of is answered 404, as if it were not there."""
_LICENCE = {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}
_NAMES = {
    "collection": Text(zh="图层标识", en="a layer's slug"),
    "asset": Text(zh="文件图层标识", en="slug of a layer that holds a file"),
    "feature": Text(zh="要素编号", en="a feature's number"),
    "grid": Text(zh="瓦片网格", en="a tile grid: WebMercatorQuad"),
    "matrix": Text(zh="级别", en="zoom level"),
    "row": Text(zh="瓦片行，自北向南", en="row of the tile, from the north"),
    "column": Text(zh="瓦片列，自西向东", en="column of the tile, from the west"),
    "style": Text(zh="样式：current 或版本号", en="current, or a version's number"),
    "resource": Text(zh="资源标识", en="a resource's id or slug"),
    "upload": Text(zh="上传标识", en="an upload's id"),
    "delivery": Text(zh="交付标识", en="a delivery's id"),
    "layer": Text(zh="图层标识", en="a layer's slug"),
    "job": Text(zh="任务标识", en="a job's id"),
    "key": Text(zh="密钥标识", en="a key's id, which is no part of its text"),
    "login": Text(zh="登录名", en="an account's login"),
    "party": Text(zh="机构标识", en="a party's id"),
    "expunge": Text(zh="清除标识", en="an erasure's id"),
}
"""What each part of an address is; one without words here is described by its name alone."""
_SECURITY = {
    KEY: {"type": "http", "scheme": "bearer", "description": "密钥 / a key, for programs"},
    API_KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "密钥 / the same key, for clients that cannot send Authorization",
    },
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "登录会话 / the session of a person, set by POST /api/session",
    },
    GUARDED: {
        "type": "apiKey",
        "in": "header",
        "name": "X-Diban-Request",
        "description": "写请求与会话同用，值为 1 / 1, on whatever a session changes",
    },
}
_FOREIGN = "422"
"""FastAPI tells it of every route with parameters; here what is not valid is refused as 400."""
assert _SECURITY[GUARDED]["name"].lower() == GUARD


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of an application; the same wherever it is installed."""
    made = get_openapi(
        title=TITLE,
        version=VERSION,
        openapi_version="3.0.3",
        description=_WORDS,
        license_info=_LICENCE,
        routes=app.routes,
    )
    bodies = lowered(made.get("components", {}).get("schemas", {}))
    answers = component_schemas(list(EVERY))
    if twice := [name for name in bodies if name in answers and bodies[name] != answers[name]]:
        raise ValueError(f"bodies and answers are called the same: {', '.join(twice)}")
    paths = {path: _operations(held) for path, held in sorted(made["paths"].items())}
    schemas = dict(sorted({**bodies, **answers}.items()))
    return {
        **{name: made[name] for name in ("openapi", "info")},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _SECURITY},
    }


def _operations(held: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(told) for method, told in held.items()}


def _operation(told: dict[str, Any]) -> dict[str, Any]:
    """The operation with its addresses' parts described, and its schemas as OpenAPI 3.0 has them."""
    made = {name: lowered(value) for name, value in told.items() if name != "parameters"}
    made["responses"] = {status: held for status, held in made["responses"].items() if status != _FOREIGN}
    parameters = [_parameter(one) for one in told.get("parameters", [])]
    return {**made, **({"parameters": parameters} if parameters else {})}


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    made = {**one, "schema": lowered(one["schema"])}
    words = _NAMES.get(one["name"])
    if one["in"] == "path" and words is not None:
        made = {**made, "description": str(words), "schema": {**made["schema"], "minLength": 1}}
    return dict(sorted(made.items(), key=lambda pair: _ORDER.index(pair[0])))


_ORDER = ("name", "in", "required", "description", "schema", "style", "explode", "example")
