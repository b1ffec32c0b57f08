"""Styles of layers by HTTP: drawn, told, kept version by version; what is hidden never shows in them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from diban.catalogue import Style, legend_of
from diban.ground import Compare, GeometryKind, LayerScope
from diban.share.ogc import maplibre
from diban.share.ogc.legend_svg import legend_svg
from diban.store import reading
from tests.catalogue.test_style import BY_VALUE, SCHEMA
from tests.share.client import Client
from tests.share.style_cases import FILE, written
from tests.share.town import CLINIC, ROWS, WHOLE, Town

AT = "/api/styles/buildings"
SVG_NAMES = "http://www.w3.org/2000/svg"
OGC = "/ogc/collections/buildings"
BY_FLOORS = {
    "by": "class",
    "field": "floors",
    "breaks": [3, 6],
    "classes": [{"colour": "#eff3ff"}, {"colour": "#6baed6"}, {"colour": "#08519c"}],
}
BY_NAME = {"by": "value", "field": "name", "values": [{"value": "楼 1", "colour": "#d55e00"}]}
BY_OWNER = {"by": "value", "field": "owner", "values": [{"value": "张7三", "colour": "#d55e00"}]}
BY_LISTED = {"by": "value", "field": "listed", "values": [{"value": "true", "colour": "#d55e00"}]}


@pytest.fixture
def housing(own_town: Town) -> Client:
    """The housing bureau's steward, signed in."""
    return own_town.browser("housing")


def put(client: Client, on: int | None = None, why: str = "for the test", **style: Any) -> Any:
    """The answer to a style that is to be kept."""
    body = json.dumps({"style": style, "on": on, "why": why})
    return client.ask("PUT", AT, content=body, headers={"Content-Type": "application/json"})


def drawn(client: Client, name: str = "current") -> Any:
    """The style layers of a style, by their part."""
    return {layer["id"]: layer for layer in client.read(f"{OGC}/styles/{name}")["layers"]}


def test_what_styles_are_drawn_as_is_what_the_portal_is_held_to() -> None:
    assert FILE.read_bytes() == written(), "run `python -m tests.share.style_cases`"


def test_a_layer_without_a_style_has_its_default(own_town: Town, housing: Client) -> None:
    told = housing.read(AT)
    assert (told["number"], told["versions"], told["style"]) == (0, [], told["default"])
    assert [field["name"] for field in told["fields"]][:2] == ["code", "name"]
    assert {ramp["kind"] for ramp in told["ramps"]} == {"categories", "sequence", "diverging"}
    listed = housing.read(f"{OGC}/styles")
    assert [style["id"] for style in listed["styles"]] == ["current"]
    answer = housing.get(f"{OGC}/styles/current")
    assert answer.headers["content-type"].startswith(maplibre.MAPLIBRE)
    body = answer.json()
    assert body["version"] == 8
    assert body["sources"]["buildings"]["url"].endswith(f"{OGC}/tiles/WebMercatorQuad?f=tilejson")
    assert housing.get(body["sources"]["buildings"]["url"]).json()["vector_layers"][0]["id"] == "buildings"
    assert {layer["source-layer"] for layer in body["layers"]} == {"buildings"}
    again = housing.get(f"{OGC}/styles/current", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    links = {link["rel"].rpartition("/")[2]: link["href"] for link in housing.read(OGC)["links"]}
    assert links["styles"].endswith(f"{OGC}/styles")
    assert links["legend"].endswith(f"{OGC}/legend")
    (resource,) = [one for one in housing.read("/api/resources")["resources"] if one["slug"] == "housing"]
    assert {layer["style"] for layer in resource["layers"]} == {None}


def test_a_style_is_kept_shown_and_gone_back_from(own_town: Town, housing: Client) -> None:
    first = put(housing, on=0, colour="#123456", colouring=BY_FLOORS)
    assert first.status_code == 200, first.text
    assert (first.json()["number"], first.json()["versions"][0]["why"]) == (1, "for the test")
    assert set(first.json()["versions"][0]["by"]) == {"zh", "en"}
    assert housing.read("/api/resources/housing")["may"]["style"] is True
    assert put(housing, on=0, colour="#123456", colouring=BY_FLOORS).json()["number"] == 1, "the same again"
    assert put(housing, on=1, colour="#654321", why="one colour will do").json()["number"] == 2
    assert drawn(housing)["buildings|fill"]["paint"]["fill-color"] == "#654321"
    assert drawn(housing, "1")["buildings|fill"]["paint"]["fill-color"][0] == "case"
    assert [one["id"] for one in housing.read(f"{OGC}/styles")["styles"]] == ["current", "2", "1"]
    layers = housing.read("/api/resources/housing")["layers"]
    (layer,) = [one for one in layers if one["slug"] == "buildings"]
    assert (layer["style"]["number"], layer["style"]["colour"]) == (2, "#654321")
    earlier = housing.read(AT, number=1)
    assert (earlier["number"], earlier["style"]["colouring"]) == (1, first.json()["style"]["colouring"])
    assert put(housing, on=2, **earlier["style"]).json()["number"] == 3
    late = put(housing, on=2, colour="#000000")
    assert (late.status_code, late.json()["limit"]) == (409, 3)
    housing.refused(AT, 404, number=9)
    for name in ("9", "0", "x", "1e3"):
        housing.refused(f"{OGC}/styles/{name}", 404)
    with reading(own_town.services.database) as connection:
        acts = connection.execute(
            sa.text("SELECT COUNT(*) FROM audit_line WHERE act = 'style.save'")
        ).scalar()
    assert acts == 4


def test_a_legend_names_field_classes_source_and_date(housing: Client) -> None:
    put(housing, colouring=BY_FLOORS)
    told = housing.read(f"{OGC}/legend")
    assert [one["title"] for one in told["entries"]] == ["< 3", "3 – 6", "≥ 6", "No value"]
    assert (told["heading"], told["source"]) == ("floors", "<b>housing</b> bureau")
    assert told["date"]
    page = housing.get(f"{OGC}/legend?f=html")
    assert page.status_code == 200
    assert "<b>housing" not in page.text
    assert all(f'fill="{one["colour"]}"' in page.text for one in told["entries"])


@pytest.mark.parametrize("geometry", list(GeometryKind))
def test_a_legend_is_a_picture_as_well(geometry: GeometryKind) -> None:
    style = Style.from_json({"colouring": BY_VALUE})
    title = "<script>图斑</script> & \x07\x1b"
    root = ElementTree.fromstring(legend_svg(legend_of(style, SCHEMA), style, geometry, title, "zh"))
    told = [element.text for element in root.iter(f"{{{SVG_NAMES}}}text")]
    assert told == ["<script>图斑</script> & ", "用途", "住宅", "空地", "10", "其他"]
    assert {element.tag.rpartition("}")[2] for element in root} <= {"title", "text", "path", "circle", "rect"}
    assert float(root.attrib["width"]) > 100


def test_the_picture_is_answered_and_asked_again(housing: Client) -> None:
    put(housing, colouring=BY_FLOORS)
    answer = housing.get(f"{OGC}/legend?f=svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert "default-src" in answer.headers["content-security-policy"]
    assert all(colour in answer.text for colour in ("#eff3ff", "#6baed6", "#08519c"))
    again = housing.get(f"{OGC}/legend?f=svg", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    housing.refused(f"{OGC}/legend", 400, f="png")


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "url(x)"},
        {"colouring": {**BY_FLOORS, "field": "nothing"}},
        {"colouring": {**BY_FLOORS, "breaks": [6, 3]}},
        {"\ud800": 1},
        {"label": {"field": "\x00"}},
        {"label": {"field": "\ud800"}},
        {"colouring": {**BY_NAME, "values": [{"value": "\ud800", "colour": "#000000"}]}},
    ],
)
def test_a_style_that_does_not_hold_is_refused(housing: Client, wrong: dict[str, Any]) -> None:
    assert put(housing, **wrong).status_code in (400, 422)
    assert housing.read(AT)["number"] == 0


def test_styles_are_for_those_who_enter_the_resource(own_town: Town, housing: Client) -> None:
    own_town.grant("archive", "buildings", WHOLE)
    for login in ("clinic", "bureau", "archive"):
        client = own_town.browser(login)
        assert client.get(AT).status_code in (403, 404)
        assert put(client).status_code in (403, 404)
        assert client.get(f"{AT}/values?field=floors").status_code in (403, 404)
    assert put(own_town.client()).status_code == 401
    for path in ("/api/styles/nothing", "/api/styles/nothing/values?field=a"):
        assert housing.get(path).status_code == 404
    assert housing.get("/api/styles/register").status_code == 400, "a table is not drawn"
    assert put(housing, why=" ").status_code == 400
    del housing.headers["X-Diban-Request"]
    assert put(housing).status_code == 403


def test_a_field_tells_its_values(housing: Client) -> None:
    told = housing.read(f"{AT}/values", field="name")
    assert (told["looked_at"], told["whole"], told["absent"], told["distinct"]) == (ROWS, True, 0, 7)
    assert sum(one["count"] for one in told["values"]) == ROWS
    assert told["values"][0]["count"] >= told["values"][-1]["count"]
    assert told["numbers"] is None
    told = housing.read(f"{AT}/values", field="listed")
    assert {one["value"]: one["count"] for one in told["values"]} == {"true": 100, "false": 100}
    told = housing.read(f"{AT}/values", field="weight")
    quantiles = told["numbers"]["quantiles"]
    assert (told["values"], len(quantiles)) == ([], 101)
    assert (quantiles[0], quantiles[-1]) == (0, (ROWS - 1) / 8)
    assert quantiles == sorted(quantiles)
    assert len(housing.read(f"{AT}/values", field="code")["values"]) == 50
    assert housing.read(f"{AT}/values", field="cost")["numbers"]["quantiles"][0] == 0
    assert housing.read(f"{AT}/values", field="built")["numbers"] is None
    housing.refused(f"{AT}/values", 400, field="nothing")


FIELDS = frozenset({"code", "name", "floors"})


@pytest.mark.parametrize(
    ("colouring", "limits"),
    [
        (BY_OWNER, CLINIC),  # masked
        (BY_NAME, CLINIC),  # hidden
        (BY_LISTED, LayerScope(fields=FIELDS)),  # not among the fields
        (BY_NAME, LayerScope(rows=Compare("floors", "<=", 5))),  # read from rows, not all of which are seen
        (BY_FLOORS, LayerScope(fields=frozenset({"code"}))),
    ],
)
def test_what_is_hidden_shows_in_no_style_and_no_legend(
    own_town: Town, housing: Client, colouring: dict[str, Any], limits: LayerScope
) -> None:
    saved = put(housing, colour="#123456", colouring=colouring, label={"field": "name"})
    assert saved.status_code == 200, saved.text
    own_town.grant("archive", "buildings", limits)
    other = own_town.browser("archive")
    shown = drawn(other)
    assert shown["buildings|fill"]["paint"]["fill-color"] == "#123456"
    labelled = (limits.fields is None or "name" in limits.fields) and limits is not CLINIC
    assert ("buildings|label" in shown) == labelled
    answers = [
        other.get(f"{OGC}/{part}")
        for part in ("styles/current", "styles/1", "legend", "legend?f=svg", "styles")
    ]
    answers.append(other.get("/api/resources/housing"))
    for answer in answers:
        assert answer.status_code == 200
        for secret in ("楼 1", "张7三", "#d55e00", "#08519c"):
            assert secret not in answer.text
    assert [one["title"] for one in other.read(f"{OGC}/legend")["entries"]] == ["Features"]
    # the same style is whole to who sees the field in every row
    own_town.grant("school", "buildings", replace(WHOLE))
    assert drawn(own_town.browser("school"))["buildings|fill"]["paint"]["fill-color"] != "#123456"


def test_who_sees_nothing_of_a_layer_sees_no_style(own_town: Town, housing: Client) -> None:
    put(housing, colour="#123456")
    stranger = own_town.browser("archive")
    for part in ("styles", "styles/current", "styles/1", "legend"):
        stranger.refused(f"{OGC}/{part}", 403)
        own_town.client().refused(f"{OGC}/{part}", 404)
    assert "#123456" not in stranger.get("/api/resources").text
