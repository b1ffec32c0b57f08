"""The steward's task in a browser: a faulty file comes back, the mended one lands, the receipt says so."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from shapely.geometry import shape

from tests.browser.test_portal import DESK, PHONE, Visit, sign_in, window
from tests.served import Served

STEWARD = "housing.steward"
LAYER = "buildings"


@pytest.fixture
def steward(chromium: Browser, server: Served) -> Iterator[Visit]:
    """A steward's window on a desk, signed in."""
    for visit in window(chromium, server, DESK):
        sign_in(visit, STEWARD, server.password)
        yield visit


def deliver(visit: Visit, file: Path, **query: str) -> Page:
    """Send a file by the page, and wait for what becomes of it."""
    page = visit.page
    visit.open("/deliver", **{"layer": LAYER, **query})
    page.get_by_label("选择文件").set_input_files(file)
    expect(page.get_by_text("已传完")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    page.locator("form").get_by_role("button", name="交付", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(file.name)
    return page


def test_upload_goes_on_after_the_page_was_closed(steward: Visit, server: Served, tmp_path: Path) -> None:
    page = steward.page
    file = tmp_path / "large.geojson"
    file.write_bytes(b" " * (1 << 20))
    page.route("**/api/uploads/*", _only_the_first_piece)
    steward.open("/deliver", layer=LAYER)
    page.get_by_label("选择文件").set_input_files(file)
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "25")
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_text("已暂停")).to_be_visible()
    page.unroute("**/api/uploads/*")
    page.reload()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "25")
    with page.expect_request(lambda asked: asked.method == "PATCH") as patch:
        page.get_by_label("选择文件").set_input_files(file)
    assert patch.value.headers["upload-offset"] == str(1 << 18)
    expect(page.get_by_text("已传完")).to_be_visible()
    page.get_by_role("button", name="放弃").click()
    expect(page.get_by_text("把文件拖到这里")).to_be_visible()


def _only_the_first_piece(route: Route) -> None:
    """Let the first piece through; the line is dead for later ones."""
    if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0":
        route.abort()
    else:
        route.continue_()


def test_faulty_file_is_mended_and_lands_with_a_receipt(steward: Visit, server: Served) -> None:
    sample = server.home / "sample"
    page = deliver(steward, sample / "buildings-faulty.geojson")
    expect(page.get_by_role("heading", name="检查结果")).to_be_visible()
    expect(page.get_by_text("已退回").first).to_be_visible()
    finding = page.locator(".finding").filter(has_text="geometry.self-intersection")
    finding.get_by_role("button").first.click()
    expect(page).to_have_url(f"{page.url.split('?')[0]}?place=geometry.self-intersection/0")
    expect(finding.locator("tr.chosen")).to_have_count(1)

    page.get_by_role("banner").get_by_role("link", name="待办").click()
    expect(page.get_by_role("link", name="buildings-faulty.geojson")).to_be_visible()
    page.get_by_role("link", name="buildings-faulty.geojson").click()
    page.get_by_role("link", name="改好后重新交付").click()
    expect(page.get_by_label("交付到")).to_have_value(LAYER)

    mended = sample / "buildings.gpkg"
    page = deliver(steward, mended)
    expect(page.get_by_text("与上一版本相比")).to_be_visible()
    expect(page.locator(".journey li.done")).to_have_count(5)
    expect(page.get_by_role("group", name="显示哪些变化")).to_contain_text("删除")

    page.get_by_role("link", name="回执").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("交付回执")
    sheet = page.get_by_role("article")
    for told in (mended.name, hashlib.sha256(mended.read_bytes()).hexdigest(), "Ed25519", "已入库"):
        expect(sheet).to_contain_text(told)
    page.emulate_media(media="print")
    expect(sheet).to_be_visible()
    expect(page.get_by_role("banner")).to_be_hidden()
    assert steward.errors == []
    assert steward.strangers == []


def test_the_faulty_rows_are_taken_as_a_file(steward: Visit, server: Served, tmp_path: Path) -> None:
    page, delivery = steward.page, server.built.returned
    steward.open(f"/deliveries/{delivery.id}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载问题行").click()
    assert taken.value.suggested_filename == "buildings-faulty-问题行.geojson"
    kept = tmp_path / "rows.geojson"
    taken.value.save_as(kept)
    rows = [one["properties"] for one in json.loads(kept.read_bytes())["features"]]
    report = steward.read(f"/api/deliveries/{delivery.id}/report")
    assert len(rows) >= report["faulty_rows"] > 0
    assert all(row["_message_zh"] and row["_remedy"] for row in rows)
    assert steward.errors == []


@pytest.fixture
def bent(steward: Visit, tmp_path: Path) -> Path:
    """A change of three buildings, one of which crosses itself."""
    held = steward.read("/ogc/collections/buildings/items?limit=3")["features"]
    features = [{name: one[name] for name in ("type", "properties", "geometry")} for one in held]
    west, south, east, north = shape(features[1]["geometry"]).bounds
    ring = [(west, south), (east, north), (east, south), (west, north), (west, south)]
    features[1]["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    file = tmp_path / "变更.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


@pytest.mark.parametrize(("word", "state"), [("接受修复", "已入库"), ("不接受，退回自行修改", "已退回")])
def test_proposed_repairs_are_decided_on(steward: Visit, bent: Path, word: str, state: str) -> None:
    page = deliver(steward, bent, mode="changes")
    panel = page.get_by_role("region", name="平台建议修复图形")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("row", name="有错误的行")).to_have_text(re.compile("1.*→.*0"))
    expect(panel.get_by_role("row", name="质量得分")).to_contain_text("100")
    expect(panel.locator(".key")).to_have_text(["报送的图形1 个部分", "建议的图形2 个部分"])
    expect(panel.locator(".step")).to_have_text("第 2 行 · 1/1")
    expect(panel.locator("canvas")).to_be_visible()
    steward.open("/inbox")
    section = page.get_by_role("region", name="建议修复")
    section.get_by_role("link", name=bent.name).first.click()
    panel.get_by_role("button", name=word).click()
    if state == "已退回":
        panel.get_by_role("button", name="确认退回").click()
    expect(panel).to_be_hidden()
    expect(page.locator("header .badge").first).to_have_text(state)
    expect(page.get_by_text("修复已被接受" if state == "已入库" else "修复未被接受")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(
        page.get_by_text("Repairs accepted" if state == "已入库" else "Repairs declined; it went back")
    ).to_be_visible()
    assert steward.errors == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_phone_shows_the_steward_s_pages_without_sideways_scrolling(
    chromium: Browser, server: Served, language: str
) -> None:
    for visit in window(chromium, server, PHONE):
        sign_in(visit, STEWARD, server.password)
        delivery = visit.read("/api/deliveries")["deliveries"][0]["id"]
        for path in (
            "/inbox",
            "/deliver",
            "/provided",
            f"/deliveries/{delivery}",
            f"/deliveries/{delivery}/receipt",
        ):
            visit.open(path, lang=language)
            expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
            width = visit.page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], f"{path} is {width} pixels wide"
