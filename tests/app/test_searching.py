"""Search from end to end on both engines: what is found, by whom, and how it follows what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from diban.app import (
    ask_to_erase,
    catch_up,
    erase,
    follow,
    give,
    go_forward,
    rebuild,
    register,
    services_of,
    step,
    take_back,
)
from diban.base import Query
from diban.catalogue import RESOURCES, State
from diban.governance import Target, TargetKind
from diban.ground import FID, NOW, Compare, LayerId, LayerScope, Mask, Scope
from diban.share import api
from diban.store import reading, unit
from tests.app.town import APPROVER, CITY, STEWARD, Town, description, founded, geojson, square
from tests.postgres import Cluster
from tests.share.client import Client

SECOND = "security.admin"
PLACES: dict[str, Any] = {
    "geometry": "polygon",
    "key": "code",
    "fields": [
        {"name": "code", "kind": "text", "title": {"zh": "代码", "en": "Code"}},
        {"name": "name", "kind": "text", "title": {"zh": "名称", "en": "Name"}},
        {"name": "name_en", "kind": "text", "title": {"zh": "英文名称", "en": "English name"}},
        {"name": "address", "kind": "text", "title": {"zh": "地址", "en": "Address"}},
        {"name": "sort", "kind": "text", "title": {"zh": "类别", "en": "Sort"}},
    ],
}
NAMES = (
    ("深圳北站", "Shenzhen North Station", "民治街道致远中路28号"),
    ("深圳湾公园", "Shenzhen Bay Park", "滨海大道"),
    ("科技园（南区）", "Science Park South", "科苑南路"),
    ("工商银行", "ICBC", "深南大道9999号"),
    ("西安路小学", "Xi'an Road Primary School", ""),
    ("翠竹公园", "Cuizhu Park", "太宁路"),
)
Row = dict[str, Any]


def place(
    number: int, name: str, english: str = "", address: str = "", sort: str = "a"
) -> tuple[Row, Row | None]:
    """A place 50 m wide, each a kilometre from the next, seventy to a row."""
    row = {"code": f"X{number}", "name": name, "name_en": english, "address": address, "sort": sort}
    return row, square(113.9 + number % 70 / 100, 22.5 + number // 70 / 100, 0.0005)


def places() -> list[tuple[Row, Row | None]]:
    """The places that all tests begin with."""
    return [place(number, *names) for number, names in enumerate(NAMES)] + [
        place(number, f"第{number}号院")
        for number in range(6, 70)  # so that few of all are removed
    ]


class Asking:
    """The town's search, asked as HTTP asks."""

    def __init__(self, town: Town, runner: asyncio.Runner) -> None:
        self.town = town
        self.app = api(services_of(town.platform))
        self.client = Client(self.app, runner, {"Accept-Language": "zh"})
        self.granted: list[str] = []

    def __call__(self, query: str, **more: str | int) -> list[str]:
        """What a query finds, after the index has followed: titles of resources, then of places."""
        catch_up(self.town.platform)
        found = self.client.read("/api/search", q=query, **more)
        return [hit["label"] for hit in (*found["resources"], *found["places"])]

    def layer(self) -> LayerId:
        """The layer of the places."""
        with reading(self.town.platform.database) as connection:
            resource = self.town.platform.catalogue.by_slug(connection, "places")
        found = resource.layer("places").layer
        assert found is not None
        return found

    def grant(self, limits: LayerScope) -> None:
        """Let everybody see the places within limits."""
        asker = self.town.asker(APPROVER)
        self.granted.append(give(self.town.platform, "places", "", limits, "test", "test", asker))

    def forbid(self) -> None:
        """Take back all that was granted."""
        for grant in self.granted:
            take_back(self.town.platform, "places", grant, "over", self.town.asker(APPROVER))
        self.granted = []


ENGINES = ["embedded", pytest.param("postgis", marks=pytest.mark.postgres)]


@contextmanager
def gazetteer(request: pytest.FixtureRequest, home: Path) -> Iterator[Asking]:
    """A town on one engine with the places, published and delivered; granted to nobody."""
    if request.param == "embedded":
        with founded(home) as town:
            yield from _filled(town)
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, founded(home, database) as town:
        yield from _filled(town)


@pytest.fixture(scope="module", params=ENGINES)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """The places of tests that change nothing but grants."""
    with gazetteer(request, tmp_path_factory.mktemp("standing") / "home") as made:
        yield made


@pytest.fixture
def granted(standing: Asking) -> Iterator[Asking]:
    """The same; what a test grants is taken back."""
    yield standing
    standing.forbid()


@pytest.fixture(params=ENGINES)
def search(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Asking]:
    """Places that the test may change, which everybody may see."""
    with gazetteer(request, tmp_path / "home") as made:
        made.grant(LayerScope())
        yield made


def _filled(town: Town) -> Iterator[Asking]:
    told = description("places", PLACES)
    told |= {
        "title": {"zh": "地名地址", "en": "Gazetteer"},
        "abstract": {"zh": "全市地名", "en": "All names"},
    }
    register(town.platform, told, town.asker(STEWARD))
    for login in (STEWARD, APPROVER, STEWARD, CITY):
        go_forward(town.platform, "places", town.asker(login))
    town.send("places", geojson(places()))
    with asyncio.Runner() as runner:
        yield Asking(town, runner)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("深圳", ["深圳北站", "深圳湾公园"]),
        ("深圳北站", ["深圳北站"]),
        ("站", ["深圳北站"]),
        ("公园", ["翠竹公园", "深圳湾公园"]),
        ("科技园南区", ["科技园（南区）"]),
        ("shenzhen", ["深圳湾公园", "深圳北站"]),
        ("szbz", ["深圳北站"]),
        ("kjy", ["科技园（南区）"]),
        ("yinhang", ["工商银行"]),
        ("xian", ["西安路小学"]),
        ("深镇湾", ["深圳湾公园"]),
        ("翠竹工元", ["翠竹公园"]),
        ("ＳＣＩＥＮＣＥ ｐａｒｋ", ["科技园（南区）"]),
        ("致远中路", ["深圳北站"]),
        ("翠竹森林公园", ["翠竹公园"]),
        ("地名", ["地名地址"]),
        ("全市地名 测量局", ["地名地址"]),
        ("Gazeteer", ["地名地址"]),
        ("广州塔", []),
    ],
)
def test_what_is_found(granted: Asking, query: str, expected: list[str]) -> None:
    granted.grant(LayerScope())
    assert granted(query) == expected


def test_a_hit_says_what_and_where_and_why(granted: Asking) -> None:
    granted.grant(LayerScope())
    granted("深圳")
    (hit,) = granted.client.read("/api/search", q="北站", lang="en")["places"]
    version = granted.town.platform.base.current(granted.layer())
    assert version is not None
    assert hit["title"] == {"zh": "深圳北站", "en": "Shenzhen North Station"}
    assert (hit["label"], hit["kind"], hit["match"]["value"]) == (
        "Shenzhen North Station",
        "place",
        "contains",
    )
    assert hit["found"] == {"value": "深圳北站", "spans": [[2, 4]], "field": {"zh": "名称", "en": "Name"}}
    assert (hit["version"], hit["indexed_version"]) == (version.id, version.id)
    assert hit["bbox"] == pytest.approx([113.9, 22.5, 113.9005, 22.5005])
    assert hit["resource"]["slug"] == hit["layer"]["slug"] == "places"
    feature = granted.client.read(hit["href"])
    assert feature["properties"]["name"] == "深圳北站"
    assert hit["page"] == f"/map?pick=places/{hit['fid']}"


def test_only_the_kind_the_box_and_as_many_as_asked_for(granted: Asking) -> None:
    granted.grant(LayerScope())
    assert granted("地名", kind="place") == []
    assert granted("深圳", kind="resource") == []
    assert granted("公园", limit=1) == ["翠竹公园"]
    assert granted("公园", bbox="113.90,22.4,113.92,22.6") == ["深圳湾公园"]
    assert granted("公园", bbox="113.95,22.5,113.96,22.6") == ["翠竹公园"]
    assert granted("公园", bbox="114.2,22.5,114.3,22.6") == []
    assert granted("地名", bbox="113.95,22.5,113.96,22.6") == ["地名地址"]
    assert granted("地名", bbox="10,10,11,11") == []


def test_names_without_a_grant_are_not_found(granted: Asking) -> None:
    assert granted("深圳") == []
    assert granted("地名") == []
    granted.grant(LayerScope(rows=Compare("sort", "=", "b")))
    assert granted("深圳") == []
    assert granted("地名") == ["地名地址"]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (LayerScope(rows=Compare("code", "=", "X1")), ["深圳湾公园"]),
        (LayerScope(fields=frozenset({"code", "address"})), []),
        (LayerScope(fields=frozenset({"code", "name_en", "sort"})), []),
        (LayerScope(masks=(("name", Mask.ENDS),)), []),
        (LayerScope(masks=(("name", Mask.HIDE),)), []),
        (LayerScope(decimals=2), ["深圳北站", "深圳湾公园"]),
    ],
)
def test_what_a_grant_hides_is_not_found(granted: Asking, limits: LayerScope, expected: list[str]) -> None:
    granted.grant(limits)
    assert granted("深圳") == expected


def test_an_area_hides_what_lies_outside(granted: Asking) -> None:
    granted.grant(LayerScope(area=shapely.to_wkb(shapely.box(113.905, 22.4, 113.915, 22.6))))
    assert granted("深圳") == ["深圳湾公园"]
    assert granted("公园") == ["深圳湾公园"]


def test_few_rows_among_many_are_found(search: Asking) -> None:
    many = [place(70 + number, f"公园{number}") for number in range(400)]
    search.town.send("places", geojson([*places(), *many, place(480, "很远很远的公园", sort="b")]))
    search.forbid()
    search.grant(LayerScope(rows=Compare("sort", "=", "b")))
    assert search("公园") == ["很远很远的公园"]


def test_pieces_of_a_road_are_one_place(search: Asking) -> None:
    pieces: list[tuple[Row, Row | None]] = [
        place(120, "北环大道"),
        place(121, "北环大道"),
        place(140, "北环大道"),
    ]
    pieces[1] = (pieces[1][0], square(114.4006, 22.51, 0.0005))
    search.town.send("places", geojson([*places(), *pieces]))
    assert search("北环") == ["北环大道", "北环大道"]
    first = search.client.read("/api/search", q="北环")["places"][0]
    assert first["bbox"] == pytest.approx([114.4, 22.51, 114.4011, 22.5105])


def test_it_follows_renames_removals_and_additions(search: Asking) -> None:
    assert search("翠竹") == ["翠竹公园"]
    rows = places()
    rows[5] = place(5, "洪湖公园")
    del rows[3]
    rows.append(place(90, "莲花山"))
    search.town.send("places", geojson(rows))
    assert search("翠竹") == []
    assert search("银行") == []
    assert search("洪湖") == ["洪湖公园"]
    assert search("lianhuashan") == ["莲花山"]
    assert not follow(search.town.platform)


def test_what_the_index_does_not_know_yet_is_not_made_up(search: Asking) -> None:
    assert search("翠竹") == ["翠竹公园"]
    rows = places()
    rows[5] = place(5, "洪湖公园")
    search.town.send("places", geojson(rows))
    assert search.client.read("/api/search", q="翠竹")["places"] == []


def test_it_follows_withdrawal_and_publication(search: Asking) -> None:
    assert search("深圳") == ["深圳北站", "深圳湾公园"]
    step(search.town.platform, "places", State.WITHDRAWN, search.town.asker(CITY), "test")
    assert search.client.read("/api/search", q="深圳")["places"] == []
    assert search("地名") == []
    assert names_in(search.town, search.layer()) == []
    for login in (STEWARD, CITY):
        go_forward(search.town.platform, "places", search.town.asker(login))
    assert search("深圳") == ["深圳北站", "深圳湾公园"]


def names_in(town: Town, subject: str) -> list[tuple[str, int, str, tuple[float, ...]]]:
    """Everything the index holds of a subject."""
    with reading(town.platform.database) as connection:
        found = []
        for source in town.platform.search.sources(connection, subject):
            names = town.platform.search.names(connection, source)
            boxes = np.round(np.nan_to_num(names.boxes), 4).tolist()
            rows = zip(names.fids.tolist(), names.texts, boxes, strict=True)
            found += [(source.field, fid, text, tuple(box)) for fid, text, box in rows]
        return sorted(found)


def test_built_anew_it_is_what_it_had_become(search: Asking) -> None:
    rows = places()
    for number in range(8):  # so many that small segments are put together
        rows[number % 6] = place(number % 6, f"新名{number}")
        rows.append(place(80 + number, f"添加{number}"))
        search.town.send("places", geojson(rows))
        catch_up(search.town.platform)
    subjects = (RESOURCES, search.layer())
    became = [names_in(search.town, subject) for subject in subjects]
    answers = [search(query) for query in ("新名", "tianjia1", "添加", "深圳")]
    count = rebuild(search.town.platform)
    assert [names_in(search.town, subject) for subject in subjects] == became
    assert [search(query) for query in ("新名", "tianjia1", "添加", "深圳")] == answers
    with reading(search.town.platform.database) as connection:
        assert count == search.town.platform.search.count(connection)


class Stopped(Exception):
    """Somebody pulled the plug."""


def test_building_anew_goes_on_where_it_was_cut_off(search: Asking) -> None:
    catch_up(search.town.platform)
    told: list[int] = []

    def cut(step: str, done: int, total: int | None) -> None:
        told.append(done)
        if len(told) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        rebuild(search.town.platform, cut)
    assert search("深圳") == ["深圳北站", "深圳湾公园"]
    again: list[int] = []
    rebuild(search.town.platform, lambda step, done, total: again.append(done))
    assert len(again) == 2, "the resources were done; the two layers were not"
    assert search("深圳") == ["深圳北站", "深圳湾公园"]


def test_what_was_erased_leaves_it_in_every_byte(search: Asking, request: pytest.FixtureRequest) -> None:
    search("深圳")
    rows = places()
    rows[5] = place(5, "乙丙丁园")
    search.town.send("places", geojson(rows))  # the former name is in a past row now
    assert search("乙丙丁") == ["乙丙丁园"]
    layer = search.layer()
    batch = search.town.platform.base.at(layer, NOW, Scope.system("test")).page(Query(limit=100)).batch
    erased = [row[FID] for row in batch.to_pylist() if row["code"] == "X5"]
    expunge = ask_to_erase(
        search.town.platform,
        Target(TargetKind.ROWS, layer, tuple(erased)),
        "涉密",
        search.town.asker(APPROVER),
    )
    erase(search.town.platform, expunge, search.town.asker(SECOND))
    assert search("乙丙丁") == search("翠竹") == []
    assert search("深圳") == ["深圳北站", "深圳湾公园"]
    for trace in ("乙丙丁园", "翠竹公园"):
        assert traces_of(search.town, trace) == []


def traces_of(town: Town, text: str) -> list[int]:
    """The blocks of the index in which a text stands."""
    with reading(town.platform.database) as connection:
        rows = connection.execute(sa.text("SELECT number, data FROM search_block")).all()
    return [row.number for row in rows if text.encode() in bytes(row.data)]


def test_the_schema_says_which_fields_hold_names(search: Asking) -> None:
    assert search("太宁路") == ["翠竹公园"]
    platform = search.town.platform
    step(platform, "places", State.WITHDRAWN, search.town.asker(CITY), "test")
    with unit(platform.database) as act:
        base, layer = platform.base, search.layer()
        base.evolve(act, layer, replace(base.schema(layer), named_by=("name", "sort")), {})
    for login in (STEWARD, CITY):
        go_forward(platform, "places", search.town.asker(login))
    assert search("太宁路") == []
    assert search("翠竹") == ["翠竹公园"]
    catch_up(platform)
    assert {field for field, *_ in names_in(search.town, search.layer())} == {"name", "sort"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": " ，"}, "q"),
        ({"q": "字" * 101}, "q"),
        ({"q": "a", "limit": "0"}, "limit"),
        ({"q": "a", "limit": "51"}, "limit"),
        ({"q": "a", "kind": "feature"}, "kind"),
        ({"q": "a", "lang": "fr"}, "lang"),
        ({"q": "a", "bbox": "1,2,3"}, "bbox"),
        ({"q": "a", "colour": "red"}, "colour"),
    ],
)
def test_what_is_not_understood_is_refused_with_words(
    granted: Asking, given: dict[str, str], field: str
) -> None:
    assert granted.client.refused("/api/search", 400, **given)["field"] == field
