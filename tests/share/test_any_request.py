"""Whatever is asked, the answer is one that was meant: never a 5xx, refusals always problem documents."""

from __future__ import annotations

import base64
import time
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diban.share.ogc.features import ITEMS
from tests.share.client import ADDRESS, Client
from tests.share.town import BUILDINGS, COLUMN, ROW, ZOOM

COLLECTION = "/ogc/collections/buildings"
NAMES = [parameter.name for parameter in ITEMS] + BUILDINGS.names()
NAMES += ["geometry", "_fid", "f", "state", "q", "resource", "kind"]
NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["1e400", "-0", "9" * 400, "1_000", "٣", "1e999999"]),
)
VALUES = st.one_of(
    st.text(max_size=40),
    NUMBERS,
    st.lists(NUMBERS, min_size=2, max_size=7).map(",".join),
    st.lists(st.sampled_from(BUILDINGS.names()), max_size=6).map(",-".join),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.sampled_from(["EPSG:4490", "EPSG:3857", "EPSG:4547", "..", "../..", "true", "json", "mvt"]),
)
QUERIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
TOKENS = st.lists(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text(max_size=5)),
    max_size=3,
)
PATHS = st.sampled_from(
    [
        "/ogc",
        "/ogc/api",
        "/ogc/collections",
        COLLECTION,
        COLLECTION + "/items",
        COLLECTION + "/items/1",
        COLLECTION + "/tiles/WebMercatorQuad",
        COLLECTION + f"/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COLUMN}",
        "/ogc/collections/permits/items",
        "/ogc/collections/register/items",
        "/api/resources",
        "/api/resources/housing",
        "/api/platform",
        "/api/deliveries",
        "/api/deliveries/dlv_none/changes",
        "/api/uploads",
        "/api/uploads/upl_none",
        "/api/inbox",
        "/api/provided",
    ]
)
SEGMENTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
    lambda text: quote(text, safe="")
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["If-None-Match", "Accept-Language", "Accept-Encoding", "X-API-Key", "Authorization", "Cookie"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
    max_size=3,
)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def require_meant(client: Client, path: str, headers: dict[str, str] | None = None) -> None:
    """Ask, and fail for an answer that nobody meant."""
    answer = client.get(ADDRESS + path, headers=headers or {})
    assert answer.status_code in (200, 204, 304, 400, 401, 403, 404, 414), f"{path} {answer.text}"
    if answer.status_code >= 400:
        told: dict[str, Any] = answer.json()
        assert told["status"] == answer.status_code
        assert told["detail"]


@MANY
@given(path=PATHS, query=QUERIES)
def test_any_query(transport: Client, path: str, query: dict[str, str]) -> None:
    require_meant(transport, f"{path}?{urlencode(query, errors='surrogatepass')}")


@MANY
@given(query=QUERIES)
def test_any_query_on_features(transport: Client, query: dict[str, str]) -> None:
    require_meant(transport, f"{COLLECTION}/items?{urlencode(query, errors='surrogatepass')}")


@MANY
@given(
    segments=st.lists(SEGMENTS, max_size=5), start=st.sampled_from(["/ogc/", "/api/", COLLECTION + "/", "/"])
)
def test_any_path(transport: Client, start: str, segments: list[str]) -> None:
    require_meant(transport, start + "/".join(segments))


@MANY
@given(square=st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_any_tile(transport: Client, square: tuple[str, str, str]) -> None:
    path = "/".join(quote(part, safe="") for part in square)
    require_meant(transport, f"{COLLECTION}/tiles/WebMercatorQuad/{path}")


@MANY
@given(path=PATHS, headers=HEADERS)
def test_any_header(transport: Client, path: str, headers: dict[str, str]) -> None:
    require_meant(transport, path, headers)


@MANY
@given(values=TOKENS, sortby=st.sampled_from(["", "floors", "-code", "weight,seen", "listed"]))
def test_any_page_token(transport: Client, values: list[object], sortby: str) -> None:
    token = base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")
    require_meant(transport, f"{COLLECTION}/items?" + urlencode({"after": token, "sortby": sortby}))


@pytest.mark.parametrize(
    "values", [[2**63], [2**64 - 1], [-(2**63)], [True], [None, 1], ["x", 1], [2**63, 1]]
)
def test_page_tokens_at_the_limits(transport: Client, values: list[object]) -> None:
    token = base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")
    query = {"after": token} if len(values) == 1 else {"after": token, "sortby": "floors"}
    require_meant(transport, f"{COLLECTION}/items?" + urlencode(query))


@pytest.mark.parametrize(
    "path",
    [
        f"{COLLECTION}/items?limit=1000000000",
        f"{COLLECTION}/items?bbox=-180,-90,180,90&limit=10000&sortby=-weight,owner,seen,cost",
        f"{COLLECTION}/tiles/WebMercatorQuad/0/0/0",
        f"{COLLECTION}/items?" + "&".join(f"p{number}=1" for number in range(1000)),
        f"{COLLECTION}/items?ids=" + ",".join(map(str, range(10**4))),
        f"{COLLECTION}/items?bbox=" + ",".join(["1"] * 3000),
        f"{COLLECTION}/items?properties=" + ",".join(["code"] * 1500),
        f"{COLLECTION}/items?sortby=" + "-" * 8000,
        "/api/resources?q=" + "+".join("a" * 99),
        "/api/deliveries?limit=1000000000&state=" + ",".join(["landed"] * 1000),
        "/api/deliveries?after=" + "z" * 5000,
        "/api/deliveries/" + "d" * 900,
        "/api/uploads/" + "u" * 900,
    ],
)
def test_costly_questions_are_short(transport: Client, path: str) -> None:
    begun = time.monotonic()
    require_meant(transport, path)
    assert time.monotonic() - begun < 5
