"""Every page, in each language, on a desk and a phone: axe finds nothing, nothing hangs over, no error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.every_page import EVERY_PAGE, PageSeen, routes, settled
from tests.browser.test_portal import DESK, PHONE, sign_in, window
from tests.needs import absent
from tests.served import Served

AXE = Path("portal/node_modules/axe-core/axe.min.js")
SIZES = {"desk": DESK, "phone": PHONE}
SHORT = (("desk", "zh"), ("phone", "en"))
"""Each size and each language of every page; the other two pairs are the battery's."""
LONG = (("desk", "en"), ("phone", "zh"))


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker's source; it is put into the page by the driver, past the page's own policy."""
    if not AXE.exists():
        absent("axe-core", "`make portal` installs it")
    return AXE.read_text(encoding="utf-8")


def test_no_route_of_the_portal_is_left_out() -> None:
    assert sorted(page.route for page in EVERY_PAGE) == sorted(routes())


@pytest.mark.parametrize(
    ("size", "language"), [*SHORT, *(pytest.param(*pair, marks=pytest.mark.battery) for pair in LONG)]
)
@pytest.mark.parametrize("seen", EVERY_PAGE, ids=lambda page: page.name)
def test_a_page_can_be_used_by_everybody(
    chromium: Browser, server: Served, axe: str, seen: PageSeen, size: str, language: str
) -> None:
    for visit in window(chromium, server, SIZES[size]):
        if seen.login:
            sign_in(visit, seen.login, server.password)
        address = seen.found(visit.read)
        visit.open(address, lang=language)
        settled(visit.page)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        visit.page.evaluate(axe)
        found: list[dict[str, Any]] = visit.page.evaluate("axe.run().then(told => told.violations)")
        told = [f"{one['id']}: {one['help']} at {one['nodes'][0]['target']}" for one in found]
        assert told == [], f"{address} in {language}"
        assert visit.errors == []
        assert visit.strangers == []
