"""The portal in a real browser, over whatever the server at hand has published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import pytest
import shapely
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from shapely.geometry import shape

from diban.app import add_user, build, read_settings
from diban.governance import Role, Via
from diban.store import reading

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SETTLED = "[data-settled]"
SETTLING_MS = 30_000


class Server(Protocol):
    """A running server with something published; ``accounts`` are passwords by login."""

    @property
    def url(self) -> str: ...

    @property
    def home(self) -> Path: ...

    @property
    def accounts(self) -> Mapping[str, str]: ...


@dataclass
class Visit:
    """One reader's window, and what went wrong in it unseen."""

    context: BrowserContext
    page: Page
    url: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def open(self, path: str, **query: str) -> None:
        self.page.goto(self.url + path + ("?" + urlencode(query) if query else ""))

    def read(self, path: str) -> Any:
        answer = self.page.request.get(self.url + path)
        assert answer.ok, f"{path}: {answer.status}"
        return answer.json()

    def watch(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note_told)
        self.page.on("request", self._note_asked)

    def _note_told(self, told: ConsoleMessage) -> None:
        if told.type == "error":
            self.errors.append(told.text)

    def _note_asked(self, asked: Request) -> None:
        if not asked.url.startswith((self.url, f"blob:{self.url}")):
            self.strangers.append(asked.url)


def window(chromium: Browser, server: Server, size: Mapping[str, int]) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": size["width"], "height": size["height"]})
    visit = Visit(context, context.new_page(), server.url.rstrip("/"))
    visit.watch()
    yield visit
    context.close()


@pytest.fixture
def desk(chromium: Browser, server: Server) -> Iterator[Visit]:
    """A window on a desk."""
    yield from window(chromium, server, DESK)


@pytest.fixture
def phone(chromium: Browser, server: Server) -> Iterator[Visit]:
    """A window on a phone."""
    yield from window(chromium, server, PHONE)


def published(visit: Visit) -> list[dict[str, Any]]:
    """What anyone may read, with at least one layer that can be drawn."""
    listed = visit.read("/api/resources")["resources"]
    found = [r for r in listed if r["state"] == "published" and any(map(drawn, r["layers"]))]
    assert found, "the server has published nothing that can be drawn"
    return found


def drawn(layer: dict[str, Any]) -> bool:
    return bool(layer["geometry"] != "none" and layer["rows"] > 0)


def first_layer(visit: Visit) -> dict[str, Any]:
    """The drawn layer with the most fields, so that there is something to identify."""
    layers = [layer for resource in published(visit) for layer in resource["layers"] if drawn(layer)]
    return max(layers, key=lambda layer: len(layer["fields"]))


def spot_on(feature: dict[str, Any]) -> tuple[float, float]:
    """A place that certainly lies on the feature."""
    geometry = shape(feature["geometry"])
    if geometry.geom_type.endswith("LineString"):
        place = shapely.get_parts(geometry)[0].interpolate(0.5, normalized=True)
    else:
        place = geometry.representative_point()
    return float(place.x), float(place.y)


def test_catalogue_lists_what_may_be_read(desk: Visit) -> None:
    desk.open("/catalogue")
    for resource in published(desk):
        expect(desk.page.get_by_role("link", name=resource["title"]["zh"], exact=True)).to_be_visible()


def test_search_narrows_and_stays_in_the_address(desk: Visit) -> None:
    title = published(desk)[0]["title"]["zh"]
    desk.open("/catalogue")
    expect(desk.page.get_by_role("link", name=title, exact=True)).to_be_visible()
    desk.page.keyboard.press("/")
    expect(desk.page.get_by_role("searchbox")).to_be_focused()
    desk.page.keyboard.type("zzz-nothing-is-called-so")
    expect(desk.page.get_by_text("没有符合条件的资源")).to_be_visible()
    desk.page.get_by_role("searchbox").fill(title)
    expect(desk.page.get_by_role("link", name=title, exact=True)).to_be_visible()
    expect(desk.page).to_have_url(f"{desk.url}/catalogue?{urlencode({'q': title})}".replace("+", "%20"))


def test_resource_page_tells_fields_and_addresses(desk: Visit) -> None:
    resource = published(desk)[0]
    layer = resource["layers"][0]
    desk.open(f"/resources/{resource['id']}")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(resource["title"]["zh"])
    fields = desk.page.locator("#fields")
    for one in layer["fields"]:
        expect(fields.get_by_role("cell", name=one["name"], exact=True)).to_be_visible()
        expect(fields.get_by_role("cell", name=one["title"]["zh"], exact=True).first).to_be_visible()
    address = f"{desk.url}/ogc/collections/{layer['slug']}"
    services = desk.page.locator("#services")
    expect(services.get_by_role("link", name=address, exact=True)).to_be_visible()
    expect(services.get_by_text(f"curl -fsS '{address}/items?f=json&limit=10'")).to_be_visible()
    assert desk.page.request.get(f"{address}/items?f=json&limit=10").ok


def test_map_draws_and_tells_what_was_clicked(desk: Visit) -> None:
    layer = first_layer(desk)
    slug = layer["slug"]
    feature = desk.read(f"/ogc/collections/{slug}/items?f=json&limit=1")["features"][0]
    lon, lat = spot_on(feature)
    place = f"{lon:.6f},{lat:.6f},18"
    desk.open("/map", at=place, layers="")
    desk.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    blank = desk.page.locator("canvas").screenshot()
    desk.page.goto("about:blank")
    desk.open("/map", at=place, layers=slug)
    desk.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    assert desk.page.locator("canvas").screenshot() != blank, f"{slug} left no trace on the map"
    desk.page.locator("canvas").click()
    answer = desk.page.get_by_role("region", name="查询结果")
    expect(answer).to_contain_text(layer["title"]["zh"])
    for one in layer["fields"]:
        if one["name"] in feature["properties"]:
            expect(answer.get_by_text(one["title"]["zh"], exact=True).first).to_be_attached()
    expect(desk.page).to_have_url(re.compile(f"[?&]pick={slug}(/|%2F)"))


def test_map_address_brings_back_place_layers_and_pick(desk: Visit) -> None:
    layer = first_layer(desk)
    slug = layer["slug"]
    feature = desk.read(f"/ogc/collections/{slug}/items?f=json&limit=1")["features"][0]
    lon, lat = spot_on(feature)
    desk.open(
        "/map", at=f"{lon:.5f},{lat:.5f},16.5", layers=f"{slug}:40", pick=f"{slug}/{feature['id']}", lang="en"
    )
    desk.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    expect(desk.page.get_by_role("region", name="At this place")).to_contain_text(layer["title"]["en"])
    expect(desk.page.get_by_text("Zoom 16.5")).to_be_visible()
    on = desk.page.get_by_role("checkbox", checked=True)
    expect(on).to_have_count(1)
    desk.page.keyboard.press("Escape")
    expect(desk.page.get_by_role("region", name="At this place")).to_have_count(0)


def test_map_can_be_asked_with_the_keyboard(desk: Visit) -> None:
    layer = first_layer(desk)
    feature = desk.read(f"/ogc/collections/{layer['slug']}/items?f=json&limit=1")["features"][0]
    lon, lat = spot_on(feature)
    desk.open("/map", at=f"{lon:.6f},{lat:.6f},18", layers=layer["slug"])
    desk.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    desk.page.locator("canvas").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("region", name="查询结果")).to_contain_text(layer["title"]["zh"])


def test_language_is_switched_and_kept(desk: Visit) -> None:
    desk.open("/catalogue")
    html = desk.page.locator("html")
    expect(html).to_have_attribute("lang", "zh-CN")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("资源目录")
    desk.page.get_by_role("button", name="English").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    expect(html).to_have_attribute("lang", "en")
    expect(desk.page).to_have_url(f"{desk.url}/catalogue?lang=en")
    for resource in published(desk):
        expect(desk.page.get_by_role("link", name=resource["title"]["en"], exact=True)).to_be_visible()
    desk.open("/sign-in")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_no_errors_and_nobody_else_is_asked(desk: Visit) -> None:
    resource = published(desk)[0]
    for path in ("/", f"/resources/{resource['id']}", "/map", "/sign-in", "/password", "/no-such-page"):
        desk.open(path)
        desk.page.wait_for_load_state("networkidle")
        if path == "/map" or "resources" in path:
            desk.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    assert desk.errors == []
    assert desk.strangers == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_phone_shows_every_page_without_sideways_scrolling(phone: Visit, language: str) -> None:
    resource = published(phone)[0]
    for path in ("/", f"/resources/{resource['id']}", "/map", "/sign-in", "/password", "/no-such-page"):
        phone.open(path, lang=language)
        phone.page.wait_for_load_state("networkidle")
        width = phone.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{path} is {width} pixels wide"


def test_wrong_password_is_told_in_words(desk: Visit) -> None:
    desk.open("/sign-in")
    desk.page.get_by_label("账号").fill("nobody-is-called-so")
    desk.page.get_by_label("密码", exact=True).fill("not-the-password")
    desk.page.locator("form").get_by_role("button", name="登录").click()
    expect(desk.page.get_by_role("alert")).to_be_visible()


def test_signing_in_leads_to_the_delivery_report(desk: Visit, server: Server) -> None:
    for login, password in server.accounts.items():
        desk.context.clear_cookies()
        sign_in(desk, login, password)
        if (found := some_delivery(desk)) is not None:
            break
    else:
        pytest.fail("no account sees a delivery")
    resource, delivery = found
    desk.open(f"/resources/{resource}")
    desk.page.locator("#deliveries").get_by_role("link", name=delivery["file_name"]).first.click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(delivery["file_name"])
    expect(desk.page.get_by_role("heading", name="结论")).to_be_visible()
    expect(desk.page.get_by_role("heading", name="检查结果")).to_be_visible()
    desk.page.get_by_role("button", name="退出").click()
    expect(desk.page.get_by_role("banner").get_by_role("link", name="登录")).to_be_visible()


def test_an_initial_password_leads_to_ones_own(desk: Visit, server: Server) -> None:
    platform = build(read_settings(server.home))
    with reading(platform.database) as connection:
        admin = platform.accounts.find(connection, "system.admin")
        assert admin is not None
        asker = platform.accounts.asker(connection, admin.id, Via.COMMAND, "test")
        party = platform.parties.get(connection, admin.party).name.zh
    initial = add_user(platform, "li.si", "李四", party, frozenset({Role.STEWARD}), asker)
    platform.close()
    sign_in(desk, "li.si", initial)
    desk.page.wait_for_url("**/password?next=**")
    expect(desk.page.get_by_text("您正在使用初始密码")).to_be_visible()
    desk.open("/map")
    desk.page.wait_for_url(re.compile(r"/password\?next=.*map$"))
    for label, typed in (("现密码", initial), ("新密码", "短"), ("再次输入新密码", "短")):
        desk.page.get_by_label(label, exact=True).fill(typed)
    desk.page.get_by_role("button", name="设置").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("至少 12 位")
    for label in ("新密码", "再次输入新密码"):
        desk.page.get_by_label(label, exact=True).fill("我的新密码一二三四五六七")
    desk.page.get_by_role("button", name="设置").click()
    desk.page.wait_for_url(re.compile(r"^[^?]*/map"))
    assert desk.read("/api/session")["must_change"] is False


def sign_in(visit: Visit, login: str, password: str) -> None:
    visit.open("/sign-in")
    visit.page.get_by_label("账号").fill(login)
    visit.page.get_by_label("密码", exact=True).fill(password)
    visit.page.locator("form").get_by_role("button", name="登录").click()
    expect(visit.page.get_by_role("button", name="退出")).to_be_visible()


def some_delivery(visit: Visit) -> tuple[str, dict[str, Any]] | None:
    for resource in visit.read("/api/resources")["resources"]:
        for delivery in visit.read(f"/api/resources/{resource['id']}")["deliveries"]:
            return resource["id"], delivery
    return None
