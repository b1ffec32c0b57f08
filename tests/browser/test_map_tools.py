"""The map's tools in a browser: order, history, measures, a box to take, a sheet, an address, by key."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from pyproj import Geod
from shapely.geometry import shape

from tests.browser.test_portal import DESK, PHONE, SETTLED, Visit, desk, phone, spot_on
from tests.served import Served

__all__ = ["desk", "phone"]

AXE = Path(__file__).parents[2] / "portal" / "node_modules" / "axe-core" / "axe.min.js"
CGCS2000 = Geod(a=6378137, rf=298.257222101)
SETTLING_MS = 120_000
FIRST_MAP_SECONDS = 90
"""Far above what a reader meets: the map is drawn here by software, on a machine that has other work."""


def some_building(visit: Visit) -> tuple[dict[str, Any], float, float]:
    """A building of the sample city and a place on it."""
    feature: dict[str, Any] = visit.read("/ogc/collections/buildings/items?f=json&limit=1")["features"][0]
    lon, lat = spot_on(feature)
    return feature, lon, lat


def look(visit: Visit, zoom: float = 17, **query: str) -> tuple[float, float]:
    """Open the map on a building, drawn by itself unless the query says else."""
    _, lon, lat = some_building(visit)
    lon, lat = round(lon, 5), round(lat, 5)
    visit.open("/map", **{"at": f"{lon},{lat},{zoom}", "layers": "buildings", **query})
    visit.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    return lon, lat


def click_at(page: Page, right: float, down: float) -> None:
    """Click the map so many pixels from its middle."""
    box = page.locator("canvas.maplibregl-canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down)


def shades(picture: Image.Image) -> int:
    """How many colours a picture has."""
    return len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0))


def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run(document, { runOnly: tags })", tags)
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def test_who_changed_this_building_is_one_click_away(desk: Visit) -> None:
    feature, _, _ = some_building(desk)
    look(desk, pick=f"buildings/{feature['id']}", lang="en")
    told = desk.read(f"/api/history/buildings/{feature['id']}")
    answer = desk.page.get_by_role("region", name="At this place")
    provider = told["provider"]["en"]
    expect(answer).to_contain_text("Latest: added")
    answer.get_by_role("button", name=re.compile("^History")).click()
    expect(answer.get_by_role("listitem")).to_have_count(len(told["events"]))
    expect(answer).to_contain_text(f"provided by {provider}")
    expect(answer).to_contain_text(told["events"][0]["version"])


def test_layers_are_put_in_order_by_key(desk: Visit) -> None:
    desk.open("/map", lang="en", at="114.055,22.545,12")
    handle = desk.page.get_by_role("button", name=re.compile('^Move "Water and green"'))
    handle.focus()
    desk.page.keyboard.press("ArrowUp")
    expect(handle).to_be_focused()
    expect(desk.page.get_by_role("status").filter(has_text='"Water and green" is now')).to_be_attached()
    expect(desk.page).to_have_url(re.compile("[?&]order="))
    headings = desk.page.locator(".tree h3 span")
    kept = headings.all_inner_texts()
    desk.page.reload()
    expect(headings.first).to_have_text(kept[0])
    assert headings.all_inner_texts() == kept
    desk.page.get_by_role("button", name="Default order").click()
    expect(desk.page).not_to_have_url(re.compile("order="))


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_layers_are_dragged_by_mouse_and_put_back_by_escape(desk: Visit) -> None:
    desk.open("/map", lang="en", at="114.055,22.545,12")
    desk.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)  # the tree moves until it knows what is shown
    page, headings = desk.page, desk.page.locator(".tree h3 span")
    before = headings.all_inner_texts()
    handle = page.get_by_role("button", name=re.compile('^Move "Water and green"'))
    x, y = middle(handle)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 2, y)
    expect(page.locator(".lifted")).to_have_count(0)  # a press that hardly moves is none
    page.mouse.move(x, y - 20)
    expect(page.locator(".lifted")).to_have_text("Water and green")
    _, top = middle(headings.first)
    page.mouse.move(x, top - 10, steps=5)
    expect(page.locator(".tree section").first).to_have_class(re.compile("before"))
    page.keyboard.press("Escape")
    expect(page.locator(".lifted")).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="stays where it was")).to_be_attached()
    page.mouse.up()
    assert headings.all_inner_texts() == before
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, top - 10, steps=8)
    page.mouse.up()
    expect(headings.first).to_have_text("Water and green")
    expect(page).to_have_url(re.compile("[?&]order="))
    expect(page.get_by_role("status").filter(has_text='"Water and green" is now 1 of')).to_be_attached()
    expect(handle).to_be_focused()
    assert sorted(headings.all_inner_texts()) == sorted(before)
    assert desk.errors == []


def test_layers_are_dragged_by_finger(chromium: Browser, server: Served) -> None:
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    visit = Visit(context, context.new_page(), server.url.rstrip("/"))
    visit.watch()
    visit.open("/map", lang="en", at="114.055,22.545,12")
    visit.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    shelf = visit.page.locator(".tree section", has=visit.page.locator("li + li")).first
    titles = shelf.locator("li .title")
    expect(titles.nth(1)).to_be_visible()
    first, second = titles.all_inner_texts()[:2]
    x, y = middle(shelf.locator("li .handle").first)
    _, below = middle(shelf.locator("li").nth(1))
    finger = context.new_cdp_session(visit.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": where[0], "y": where[1]} for where in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    touch("touchStart", (x, y))
    for step in range(1, 9):
        touch("touchMove", (x, y + (below + 16 - y) * step / 8))
    expect(visit.page.locator(".lifted")).to_have_text(first)
    touch("touchEnd")
    expect(titles.first).to_have_text(second)
    expect(titles.nth(1)).to_have_text(first)
    expect(visit.page).to_have_url(re.compile("[?&]order="))
    assert visit.errors == []
    context.close()


def test_what_is_above_is_drawn_above(desk: Visit) -> None:
    usual = "poi,roads,buildings,green"
    look(desk, 16, layers="buildings,roads,parcels")
    first = desk.page.locator("canvas.maplibregl-canvas").screenshot()
    desk.page.goto("about:blank")
    look(desk, 16, layers="buildings,roads,parcels", order=f"parcels,{usual}")
    assert desk.page.locator("canvas.maplibregl-canvas").screenshot() != first


def test_a_layer_says_from_which_zoom_it_is_seen(desk: Visit) -> None:
    desk.open("/map", lang="en", at="114.055,22.545,12", layers="addresses")
    desk.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    row = desk.page.get_by_role("listitem").filter(has_text="Visible from zoom 17")
    row.get_by_role("button", name="Go to zoom 17").click()
    expect(desk.page.get_by_text("Zoom 17.0")).to_be_visible()
    expect(row).to_have_count(0)


def test_a_distance_is_that_of_the_ellipsoid(desk: Visit) -> None:
    lon, lat = look(desk, 15, lang="en")
    desk.page.get_by_role("button", name="Measure").click()
    panel = desk.page.get_by_role("region", name="Measure")
    for right in (-200, 200):
        click_at(desk.page, right, 0)
    # the world of a zoom is 512 · 2^zoom pixels wide
    half = 200 * 360 / (512 * 2**15)
    expected = CGCS2000.line_length([lon - half, lon + half], [lat, lat])
    expect(panel).to_contain_text("2 points")
    shown = panel.get_by_role("status").inner_text()
    metres = float(shown.split()[0].replace(",", "")) * (1000 if "km" in shown else 1)
    assert metres == pytest.approx(expected, rel=0.003), "of a pixel's breadth each"
    panel.get_by_role("button", name="Undo a point").click()
    expect(panel).to_contain_text("1 point ")
    desk.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_an_area_is_measured_with_the_keyboard_alone(desk: Visit) -> None:
    look(desk, 15, lang="en")
    page = desk.page
    page.get_by_role("button", name="Measure").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Area").focus()
    page.keyboard.press("Space")
    panel = page.get_by_role("region", name="Measure")
    page.locator("canvas.maplibregl-canvas").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        before = page.url
        page.keyboard.press(key)
        expect(page).not_to_have_url(before)
    expect(panel).to_contain_text("3 points")
    expect(panel.get_by_role("status")).to_contain_text(re.compile(r"[\d.]+ ha"))
    expect(panel).to_contain_text("Perimeter")


def test_a_box_is_counted_and_taken(desk: Visit, tmp_path: Path) -> None:
    look(desk, 16, lang="en")
    desk.page.get_by_role("button", name="Download a box").click()
    panel = desk.page.get_by_role("region", name="Download a box")
    click_at(desk.page, -100, -100)
    click_at(desk.page, 100, 100)
    corners = panel.locator("[data-test=box]").inner_text()
    west, south, east, north = map(float, corners.split(","))
    row = panel.get_by_role("listitem")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(re.compile(r"\d+ features? · Licence \S"))
    count = int(re.findall(r"([\d,]+) feature", row.inner_text())[0].replace(",", ""))
    with desk.page.expect_download() as started:
        panel.get_by_role("link", name=re.compile('^Download "')).click()
    kept = tmp_path / "taken.geojson"
    started.value.save_as(kept)
    taken = json.loads(kept.read_text(encoding="utf-8"))["features"]
    assert len(taken) == count > 0
    box = shapely.box(west - 1e-4, south - 1e-4, east + 1e-4, north + 1e-4)
    assert all(box.intersects(shape(one["geometry"])) for one in taken)
    panel.get_by_text("GeoPackage").click()
    href = panel.get_by_role("link").first.get_attribute("href")
    assert href is not None
    assert desk.page.request.get(desk.url + href).body()[:15] == b"SQLite format 3"


def test_a_box_is_drawn_in_one_stroke(desk: Visit) -> None:
    lon, lat = look(desk, 16, lang="en")
    desk.page.get_by_role("button", name="Download a box").click()
    box = desk.page.locator("canvas.maplibregl-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    desk.page.mouse.move(x - 100, y - 80)
    desk.page.mouse.down()
    desk.page.mouse.move(x + 100, y + 80, steps=4)
    desk.page.mouse.up()
    corners = desk.page.locator("[data-test=box]").inner_text()
    west, south, east, north = map(float, corners.split(","))
    assert (west + east) / 2 == pytest.approx(lon, abs=2e-5), "the map has not moved under the stroke"
    assert (south + north) / 2 == pytest.approx(lat, abs=2e-5)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_is_printed_at_twice_the_resolution(desk: Visit, language: str) -> None:
    look(desk, 16, lang=language, layers="buildings,roads")
    canvas = desk.page.locator("canvas.maplibregl-canvas").bounding_box()
    assert canvas is not None
    words = {"zh": ("输出图片", "下载 PNG", "图例"), "en": ("Print to PNG", "Download PNG", "Legend")}[
        language
    ]
    desk.page.get_by_role("button", name=words[0]).click()
    sizes = []
    for _ in range(2):
        with desk.page.expect_download(timeout=SETTLING_MS) as started:
            desk.page.get_by_role("button", name=words[1]).click()
        picture = Image.open(BytesIO(Path(started.value.path()).read_bytes())).convert("RGB")
        sizes.append(picture.size)
        top = 56 * 2
        middle = picture.crop((0, top, picture.width, top + round(canvas["height"] * 2)))
        assert shades(middle.resize((200, 100))) > 50, "the map itself is blank"
        head, foot = (
            picture.crop((0, 0, picture.width, top)),
            picture.crop((0, top + middle.height, *picture.size)),
        )
        assert shades(head) > 10
        assert shades(foot) > 10
        desk.page.get_by_label(words[2], exact=True).uncheck()
    assert sizes[0][0] == round(canvas["width"] * 2)
    assert sizes[0][1] > sizes[1][1] > canvas["height"] * 2, "the legend takes room, the foot too"
    assert desk.strangers == []
    assert desk.errors == []


def test_the_shared_address_restores_everything(chromium: Browser, server: Served) -> None:
    context = chromium.new_context(
        viewport={"width": DESK["width"], "height": DESK["height"]},
        permissions=["clipboard-read", "clipboard-write"],
    )
    visit = Visit(context, context.new_page(), server.url.rstrip("/"))
    feature, lon, lat = some_building(visit)
    order = "green,water"
    query = {"at": f"{lon:.5f},{lat:.5f},16.5", "layers": "buildings:40,green", "order": order}
    visit.open("/map", **query, pick=f"buildings/{feature['id']}")
    visit.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    visit.page.get_by_role("button", name="复制本视图的地址").click()
    expect(visit.page.get_by_text("地址已复制")).to_be_visible()
    address = visit.page.evaluate("navigator.clipboard.readText()")
    context.close()
    english = chromium.new_context(
        viewport={"width": DESK["width"], "height": DESK["height"]}, locale="en-GB"
    )
    page = english.new_page()
    page.goto(server.url)
    page.get_by_role("button", name="English").click()
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("region", name="查询结果")).to_be_visible()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    expect(page.get_by_text("级别 16.5")).to_be_visible()
    expect(page).to_have_url(re.compile(f"order={order.replace(',', '(,|%2C)')}"))
    rows = page.locator(".tree section", has_text="水与绿").get_by_role("listitem")
    expect(rows.first).to_contain_text("绿地")
    english.close()


@pytest.mark.parametrize("tool", [None, "量测", "框选下载", "输出图片"])
def test_axe_finds_nothing_on_the_map(desk: Visit, tool: str | None) -> None:
    feature, _, _ = some_building(desk)
    look(desk, pick=f"buildings/{feature['id']}")
    if tool is None:
        answer = desk.page.get_by_role("region", name="查询结果")
        answer.get_by_role("button", name=re.compile("^历史")).click()
        expect(answer.get_by_role("listitem").first).to_be_visible()
    else:
        desk.page.get_by_role("button", name=tool).click()
        expect(desk.page.get_by_role("region", name=tool)).to_be_visible()
    assert faults(desk.page) == []


def test_a_phone_has_everything_in_reach(phone: Visit) -> None:
    feature, _, _ = some_building(phone)
    look(phone, pick=f"buildings/{feature['id']}")
    page = phone.page
    answer = page.get_by_role("region", name="查询结果")
    low = answer.bounding_box()
    answer.get_by_role("button", name="展开面板").click()
    expect(answer.get_by_role("button", name="收起面板")).to_be_visible()
    tall = answer.bounding_box()
    assert low is not None
    assert tall is not None
    assert tall["height"] > low["height"]
    assert faults(page) == []
    answer.get_by_role("button", name="关闭").click()
    page.get_by_role("button", name="图层", exact=True).click()
    expect(page.get_by_role("checkbox").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_navigation_of_a_phone_is_whole(phone: Visit, server: Served) -> None:
    page = phone.page
    phone.open("/sign-in", lang="en")
    page.get_by_label("Account").fill("housing.steward")
    page.get_by_label("Password", exact=True).fill(server.password)
    page.locator("form").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(links.filter(has_text="Deliver")).not_to_have_count(0)
    for link in links.all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"], f"{link.inner_text()} is cut off"


def test_the_first_map_comes_soon(desk: Visit, record_property: Callable[[str, object], None]) -> None:
    began = time.monotonic()
    desk.open("/map")
    desk.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    seconds = time.monotonic() - began
    record_property("first map, seconds", round(seconds, 1))
    assert seconds < FIRST_MAP_SECONDS
