"""Ask every service once, with a real HTTP client, and say what it answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from diban.app.demo.build import PASSWORD
from diban.app.demo.file_questions import OF_FILES
from diban.app.demo.question import Answered, Question
from diban.ground import Text

WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the platform: what, whether the answer was right, and what it said."""

    what: Text
    right: bool
    said: str
    milliseconds: float


def ask_everything(address: str, steward: str, returned: str) -> Iterator[Asked]:
    """Every service once; ``steward`` is a login, ``returned`` a delivery of its party that was returned."""
    with httpx.Client(base_url=address, timeout=WAIT_SECONDS, trust_env=False) as client:
        for what, question in (*_OPEN, *OF_FILES):
            yield _ask(what, lambda ask=question: ask(client))  # type: ignore[misc]  # binds the loop's question
        yield _ask(Text(zh="登录", en="sign in"), lambda: _sign_in(client, steward))
        yield _ask(Text(zh="使用情况", en="use"), lambda: _counted("/api/use", "days", 1)(client))
        yield _ask(
            Text(zh="退回的交付与问题", en="the returned delivery"), lambda: _returned(client, returned)
        )


def _ask(what: Text, question: Callable[[], Answered]) -> Asked:
    try:
        right, said, seconds = question()
    except (httpx.HTTPError, KeyError, ValueError) as fault:
        return Asked(what, False, f"{type(fault).__name__}: {fault}", 0.0)
    return Asked(what, right, said, seconds * 1000)


def _plain(path: str, kind: str) -> Question:
    def ask(client: httpx.Client) -> Answered:
        answer = client.get(path)
        right = answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
        return right, f"{answer.status_code} {len(answer.content):,} B", answer.elapsed.total_seconds()

    return ask


def _counted(path: str, member: str, least: int) -> Question:
    def ask(client: httpx.Client) -> Answered:
        answer = client.get(path)
        found = answer.json()[member]
        count = found if isinstance(found, int) else len(found)
        return count >= least, f"{answer.status_code} {member} {count:,}", answer.elapsed.total_seconds()

    return ask


def _refused(path: str, status: int) -> Question:
    def ask(client: httpx.Client) -> Answered:
        answer = client.get(path)
        right = answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
        return right, f"{answer.status_code} {answer.json()['title']}", answer.elapsed.total_seconds()

    return ask


def _sign_in(client: httpx.Client, login: str) -> Answered:
    answer = client.post(
        "/api/session", json={"login": login, "password": PASSWORD}, headers={"X-Diban-Request": "1"}
    )
    return answer.status_code == 200, f"{answer.status_code} {login}", answer.elapsed.total_seconds()


def _returned(client: httpx.Client, delivery: str) -> Answered:
    answer = client.get(f"/api/deliveries/{delivery}")
    findings = answer.json()["findings"]
    codes = ", ".join(sorted({finding["code"] for finding in findings}))
    return len(findings) > 0, f"{answer.status_code} {codes[:60]}", answer.elapsed.total_seconds()


_ITEMS = "/ogc/collections/buildings/items"
_OPEN: tuple[tuple[Text, Question], ...] = (
    (Text(zh="门户", en="portal"), _plain("/", "text/html")),
    (Text(zh="就绪", en="ready"), _plain("/readyz", "application/json")),
    (Text(zh="度量", en="metrics"), _plain("/metrics", "text/plain")),
    (Text(zh="目录", en="catalogue"), _counted("/api/resources", "resources", 10)),
    (Text(zh="检索地点（拼音）", en="search by pinyin"), _counted("/api/search?q=gongyuan", "places", 1)),
    (Text(zh="服务首页", en="landing page"), _counted("/ogc", "links", 4)),
    (Text(zh="符合性", en="conformance"), _counted("/ogc/conformance", "conformsTo", 8)),
    (Text(zh="接口文档", en="OpenAPI"), _counted("/ogc/api", "paths", 15)),
    (Text(zh="图层列表", en="collections"), _counted("/ogc/collections", "collections", 14)),
    (Text(zh="要素", en="features"), _counted(f"{_ITEMS}?limit=100", "features", 100)),
    (
        Text(zh="范围查询", en="features in a box"),
        _counted(f"{_ITEMS}?bbox=113.8,22.4,114.2,22.7", "numberMatched", 1),
    ),
    (
        Text(zh="EPSG:4547 坐标", en="features in EPSG:4547"),
        _counted(f"{_ITEMS}?crs=http://www.opengis.net/def/crs/EPSG/0/4547", "features", 10),
    ),
    (
        Text(zh="整层 GeoJSON", en="a layer as GeoJSON"),
        _counted("/ogc/collections/districts/download?f=geojson", "features", 5),
    ),
    (
        Text(zh="整层 GeoPackage", en="a layer as a GeoPackage"),
        _plain("/ogc/collections/buildings/download?f=gpkg", "application/geopackage+sqlite3"),
    ),
    (Text(zh="服务页面", en="a service as a page"), _plain("/ogc/collections?f=html", "text/html")),
    (Text(zh="单个要素", en="one feature"), _counted(f"{_ITEMS}/1", "properties", 5)),
    (
        Text(zh="瓦片说明", en="TileJSON"),
        _counted("/ogc/collections/buildings/tiles/WebMercatorQuad?f=tilejson", "vector_layers", 1),
    ),
    (
        Text(zh="矢量瓦片", en="vector tile"),
        _plain(
            "/ogc/collections/districts/tiles/WebMercatorQuad/9/223/418", "application/vnd.mapbox-vector-tile"
        ),
    ),
    (Text(zh="未授权即拒绝", en="denied by default"), _refused("/ogc/collections/enterprises/items", 404)),
    (Text(zh="参数有误即说明", en="a wrong parameter is named"), _refused(f"{_ITEMS}?bbox=1,2", 400)),
)
