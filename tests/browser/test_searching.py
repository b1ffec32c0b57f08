"""The search box: by keyboard and by touch, in both languages, from any page to a place or a resource."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_portal import Visit, desk, phone
from tests.served import Served

__all__ = ["desk", "phone"]


@pytest.fixture
def named(server: Served, desk: Visit) -> str:
    """The Chinese name of a park that the search finds."""
    found = desk.read("/api/search?q=gongyuan&kind=place")["places"]
    assert found
    name: str = found[0]["title"]["zh"]
    return name


def box(visit: Visit) -> Locator:
    """The search box."""
    return visit.page.get_by_role("combobox", name="检索资源与地点")


def test_a_place_is_found_by_keyboard_and_the_map_goes_there(desk: Visit, named: str) -> None:
    desk.open("/map")
    desk.page.keyboard.press("/")
    expect(box(desk)).to_be_focused()
    box(desk).fill(named)
    expect(desk.page.get_by_role("option").first).to_be_visible()
    places = desk.page.get_by_role("group", name="地点").get_by_role("option")
    expect(places.first).to_contain_text(named)
    while "true" not in (places.first.get_attribute("aria-selected") or ""):
        desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    expect(desk.page).to_have_url(re.compile(r"pick=[a-z-]+/\d+"))
    expect(desk.page.get_by_role("heading", name=named)).to_be_visible()
    expect(desk.page.get_by_role("option")).to_have_count(0)
    assert desk.errors == []


def test_a_resource_is_found_from_any_page_and_opened(desk: Visit) -> None:
    title = desk.read("/api/resources")["resources"][0]["title"]
    desk.open("/sign-in")
    box(desk).fill(title["zh"])
    resources = desk.page.get_by_role("group", name="资源").get_by_role("option")
    resources.filter(has_text=title["zh"]).first.click()
    expect(desk.page.get_by_role("heading", level=1, name=title["zh"])).to_be_visible()
    assert desk.errors == []


def test_from_another_page_to_a_place(desk: Visit, named: str) -> None:
    desk.open("/")
    box(desk).fill(named)
    desk.page.get_by_role("group", name="地点").get_by_role("option").first.click()
    expect(desk.page).to_have_url(re.compile(r"/map\?.*pick="))
    expect(desk.page.get_by_role("heading", name=named)).to_be_visible()
    assert desk.errors == []


def test_nothing_found_is_said_and_escape_clears(desk: Visit) -> None:
    desk.open("/map")
    box(desk).fill("乌有之乡甲乙丙")
    expect(desk.page.get_by_text("没有找到“乌有之乡甲乙丙”")).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(box(desk)).to_have_value("")
    expect(desk.page.get_by_text("没有找到")).to_be_hidden()


def test_on_a_phone_the_box_opens_over_the_bar(phone: Visit, named: str) -> None:
    phone.open("/map")
    expect(box(phone)).to_be_hidden()
    phone.page.get_by_role("button", name="检索", exact=True).click()
    expect(box(phone)).to_be_focused()
    box(phone).fill(named)
    phone.page.get_by_role("group", name="地点").get_by_role("option").first.click()
    expect(phone.page.get_by_role("heading", name=named)).to_be_visible()
    expect(box(phone)).to_be_hidden()
    width = phone.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert phone.errors == []
