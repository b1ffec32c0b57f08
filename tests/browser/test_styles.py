"""A layer's style in a browser: made, seen at once, kept, drawn everywhere, gone back from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.test_portal import DESK, PHONE, SETTLED, Visit, sign_in, spot_on, window
from tests.needs import absent
from tests.served import Served

STEWARD, LAYER = "housing.steward", "buildings"
LIBRARY = Path(__file__).parents[2] / "portal" / "node_modules" / "maplibre-gl" / "dist"
PAGE = f"/layers/{LAYER}/style"


def shown(page: Page) -> Any:
    """The colours of the legend beside the preview, by their words."""
    return page.get_by_label("预览", exact=True).locator(".legend-list li").all_inner_texts()


def pixels(page: Page) -> bytes:
    """What the preview looks like once it has come to rest."""
    expect(page.locator(SETTLED)).to_be_visible()
    page.wait_for_timeout(600)
    expect(page.locator(SETTLED)).to_be_visible()
    return page.locator(".look canvas").screenshot()


def fill(visit: Visit, name: str = "current") -> Any:
    """The colour of areas in the MapLibre document of a style."""
    layers = visit.read(f"/ogc/collections/{LAYER}/styles/{name}")["layers"]
    return next(layer for layer in layers if layer["type"] == "fill")["paint"]["fill-color"]


def save_elsewhere(visit: Visit, style: dict[str, Any], on: int) -> None:
    """Keep a style as another window of the same person would."""
    body, guard = {"style": style, "why": "另行保存", "on": on}, {"X-Diban-Request": "1"}
    answer = visit.page.request.put(f"{visit.url}/api/styles/{LAYER}", data=body, headers=guard)
    assert answer.ok, answer.text()


def classes_of_floors(page: Page) -> None:
    """Four classes of equal numbers, the first moved and called by its own words."""
    page.get_by_role("button", name="分级").click()
    page.get_by_label("级数").select_option("4")
    page.get_by_label("分级方法").select_option("等数量")
    expect(page.get_by_label("第 1 级的上界")).to_be_visible()
    page.get_by_label("第 1 级的上界").fill("999")
    page.get_by_label("第 1 级的上界").blur()
    expect(page.get_by_text("界限须从小到大")).to_be_visible()
    page.get_by_label("第 1 级的上界").fill("1")
    page.get_by_label("第 1 级的上界").blur()
    page.get_by_label("色带").get_by_role("button", name="YlOrBr").click()
    page.get_by_label("图例文字").check()
    page.get_by_label("“小于 1”的中文").fill("无")
    page.get_by_label("“小于 1”的英文").fill("none")
    assert shown(page)[0] == "无"


def test_a_steward_draws_a_layer_keeps_it_and_goes_back(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, STEWARD, server.password)
        page = visit.page
        visit.open(f"/resources/{LAYER}")
        page.get_by_role("link", name="编辑样式").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("建筑物基底：样式")
        expect(page.get_by_text("还没有保存过样式")).to_be_visible()
        expect(page.get_by_role("button", name="按值")).to_have_attribute("aria-pressed", "true")
        before = pixels(page)

        page.get_by_role("button", name="单色").click()
        page.get_by_label("颜色", exact=True).and_(page.locator("input")).fill("#d55e00")
        assert pixels(page) != before, "the preview follows what is drawn up"
        save = page.get_by_role("button", name="保存为第 1 版")
        expect(save).to_be_disabled()  # no reason yet
        page.get_by_label("改了什么、为什么").fill("先用单色")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="已保存为第 1 版")).to_be_visible()
        assert fill(visit) == "#d55e00"

        classes_of_floors(page)
        page.get_by_label("改了什么、为什么").fill("按层数")
        page.get_by_role("button", name="保存为第 2 版").click()
        expect(page.get_by_role("status").filter(has_text="已保存为第 2 版")).to_be_visible()
        assert fill(visit)[0] == "case"
        told = visit.read(f"/ogc/collections/{LAYER}/legend")
        assert told["entries"][0]["title"] == "无"

        page.reload()
        expect(page.get_by_label("第 1 级的上界")).to_have_value("1")
        save_elsewhere(visit, {"colour": "#117733"}, on=2)
        page.get_by_label("级数").select_option("3")
        page.get_by_label("改了什么、为什么").fill("三级")
        page.get_by_role("button", name="保存为第 3 版").click()
        expect(page.get_by_role("alert")).to_contain_text("第 3 版")
        # what was drawn up stays, beside the version that came between
        expect(page.get_by_role("button", name="分级")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("button", name="载入第 2 版")).to_be_visible()
        page.get_by_role("button", name="载入第 1 版").click()
        expect(page.get_by_role("button", name="单色")).to_have_attribute("aria-pressed", "true")
        page.get_by_label("改了什么、为什么").fill("还是单色好")
        page.get_by_role("button", name="保存为第 4 版").click()
        expect(page.get_by_role("status").filter(has_text="已保存为第 4 版")).to_be_visible()
        assert [fill(visit, name) == "#d55e00" for name in ("1", "3", "4", "current")] == [
            True, False, True, True
        ]  # fmt: skip
        assert [told for told in visit.errors if "409" not in told] == []
        assert visit.strangers == []


def test_a_style_that_was_kept_is_drawn_on_the_map_with_its_legend(chromium: Browser, server: Served) -> None:
    colouring = {
        "by": "value",
        "field": "use",
        "values": [
            {"value": "01", "colour": "#0072b2"},
            {"value": "03", "colour": "#e69f00"},
        ],
    }
    for visit in window(chromium, server, DESK):
        sign_in(visit, STEWARD, server.password)
        known = visit.read(f"/api/styles/{LAYER}")
        save_elsewhere(visit, {"colouring": colouring, "colour": "#999999"}, on=known["number"])
    for visit in window(chromium, server, DESK):
        visit.open("/map", layers=LAYER, lang="en")
        page = visit.page
        expect(page.locator(SETTLED)).to_be_visible()
        legend = page.get_by_role("complementary", name="Layers").locator(".legend-list")
        expect(legend).to_contain_text("Use")
        expect(legend.get_by_role("listitem")).to_have_text(["Residential", "Old village housing", "Other"])
        assert visit.errors == []
        visit.open(f"/resources/{LAYER}", lang="en")
        expect(page.locator("section .legend-list").get_by_role("listitem").first).to_have_text("Residential")
        expect(page.get_by_role("link", name="Edit style")).to_have_count(0)  # who has not signed in


DRAW = """async (at) => {
  const library = await import('/library/maplibre-gl.mjs')
  library.setWorkerUrl('/library/maplibre-gl-worker.mjs')
  const box = document.body.appendChild(document.createElement('div'))
  Object.assign(box.style, { width: '800px', height: '500px' })
  const { center, style } = at
  const map = new library.Map({ container: box, style, center, zoom: 16 })
  const errors = []
  map.on('error', (event) => errors.push(String(event.error)))
  await new Promise((settled) => map.once('idle', settled))
  const parts = new Set(map.queryRenderedFeatures().map((feature) => feature.layer.id))
  return { errors, parts: [...parts].sort() }
}"""


def test_the_document_alone_is_enough_for_maplibre(chromium: Browser, server: Served) -> None:
    if not LIBRARY.is_dir():
        absent("MapLibre", "`make portal` fetches it")
    for visit in window(chromium, server, DESK):
        page = visit.page
        page.route("**/library/*", _lend)
        visit.open("/ogc/page.css")  # a page of the same origin with nothing on it
        (one,) = visit.read(f"/ogc/collections/{LAYER}/items?limit=1")["features"]
        style = f"{visit.url}/ogc/collections/{LAYER}/styles/current"
        told = page.evaluate(DRAW, {"center": spot_on(one), "style": style})
        assert told["errors"] == []
        assert f"{LAYER}|fill" in told["parts"]
        assert visit.errors == []


def _lend(asked: Route) -> None:
    name = asked.request.url.rpartition("/")[2]
    asked.fulfill(path=LIBRARY / name, content_type="text/javascript")


def test_the_editor_is_for_those_who_enter_the_resource(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, "market.steward", server.password)
        visit.open(f"/resources/{LAYER}")
        expect(visit.page.get_by_role("heading", level=1)).to_have_text("建筑物")
        expect(visit.page.get_by_role("link", name="编辑样式")).to_have_count(0)
        visit.open(PAGE)
        expect(visit.page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_editor_fits_a_phone_in_both_languages(chromium: Browser, server: Served, language: str) -> None:
    for visit in window(chromium, server, PHONE):
        sign_in(visit, STEWARD, server.password)
        visit.open(PAGE, lang=language)
        heading = {"zh": "建筑物基底：样式", "en": "Style of Building footprints"}[language]
        expect(visit.page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(visit.page.locator(SETTLED)).to_be_visible()
        visit.page.get_by_role("button", name={"zh": "分级", "en": "by class"}[language]).click()
        bound = {"zh": "第 1 级的上界", "en": "Upper bound of class 1"}[language]
        expect(visit.page.get_by_label(bound)).to_be_visible()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert visit.errors == []
