"""Who read how much, in a browser: what was just read is counted, chosen sums stay in the address."""

from __future__ import annotations

import csv
import io
import re
import time

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_portal import DESK, PHONE, sign_in, window
from tests.served import Served

STEWARD = "housing.steward"


@pytest.mark.parametrize(("language", "title"), [("zh", "使用情况"), ("en", "Use")])
def test_a_steward_sees_who_read_the_buildings(
    chromium: Browser, server: Served, language: str, title: str
) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, STEWARD, server.password)
        before = _reads(visit.read("/api/use?by=party"))
        for _ in range(3):
            visit.read("/ogc/collections/buildings/items?limit=2")
        until = time.monotonic() + 30
        while _reads(visit.read("/api/use?by=party")) < before + 3 and time.monotonic() < until:
            time.sleep(0.2)  # counts are written within a second
        visit.open("/use", lang=language)
        page = visit.page
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.get_by_role("img")).to_be_visible()
        page.get_by_role("group").nth(1).get_by_role("button").nth(1).click()  # by party
        expect(page).to_have_url(re.compile("by=party"))
        expect(page.get_by_role("row").nth(1)).to_be_visible()
        with page.expect_download() as taken:
            page.get_by_role("link", name="CSV").click()
        rows = list(csv.DictReader(io.StringIO(taken.value.path().read_text("utf-8-sig"))))
        assert sum(int(row["calls"]) for row in rows) >= before + 3
        assert visit.errors == []
        assert visit.strangers == []


def test_on_a_phone_nothing_hangs_over(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, PHONE):
        sign_in(visit, STEWARD, server.password)
        visit.open("/use", lang="en", by="resource", days="365")
        expect(visit.page.get_by_role("img")).to_be_visible()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_who_has_not_signed_in_is_asked_to(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        visit.open("/use")
        expect(visit.page.get_by_role("main").get_by_role("link", name="登录")).to_be_visible()


def _reads(told: dict[str, list[dict[str, int]]]) -> int:
    return sum(line["calls"] for line in told["lines"])
