"""Deciding from the inbox in a browser: a catalogue entry is returned and approved, an erasure confirmed."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from diban.app import Letter, Platform, ask_to_erase, build, deliver, go_forward, read_settings, register
from diban.governance import Asker, Target, TargetKind, Via
from diban.store import reading
from tests.browser.test_portal import DESK, PHONE, sign_in, window
from tests.served import Served

SLUG = "poi-again"
WORK_MS = 60_000


@contextmanager
def _platform(server: Served) -> Iterator[Platform]:
    platform = build(read_settings(server.home))
    yield platform
    platform.close()


def _asker(platform: Platform, login: str) -> Asker:
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        assert account is not None
        return platform.accounts.asker(connection, account.id, Via.COMMAND, "test")


@pytest.fixture
def entered(server: Served) -> str:
    """A resource that waits for its agency's approver."""
    described = json.loads((server.home / "sample" / "poi.json").read_text("utf-8"))
    described |= {"slug": SLUG, "title": {"zh": "兴趣点二", "en": "More points of interest"}}
    described["layers"][0]["slug"] = SLUG
    with _platform(server) as platform:
        steward = _asker(platform, "planning.steward")
        register(platform, described, steward)
        go_forward(platform, SLUG, steward)
    return SLUG


def test_an_approver_returns_with_a_reason_and_approves_what_comes_again(
    chromium: Browser, server: Served, entered: str
) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, "planning.approver", server.password)
        visit.open("/inbox")
        page, item = visit.page, visit.page.locator("li").filter(has_text="兴趣点二")
        item.get_by_role("button", name="退回").click()
        send = item.locator("form").get_by_role("button", name="退回")
        expect(send).to_be_disabled()
        item.get_by_label("理由").fill("摘要太短")
        send.click()
        expect(item).to_have_count(0)
        assert visit.read(f"/api/resources/{entered}")["state"] == "returned"
        with _platform(server) as platform:
            go_forward(platform, entered, _asker(platform, "planning.steward"))
        page.reload()
        item.get_by_role("button", name="通过", exact=True).click()
        expect(item).to_have_count(0)
        assert visit.read(f"/api/resources/{entered}")["state"] == "registered"
        assert visit.errors == []


def test_a_second_person_confirms_an_erasure(chromium: Browser, server: Served) -> None:
    with _platform(server) as platform:
        letter = Letter("buildings", "名单.geojson", "a list of names")
        sent = deliver(platform, io.BytesIO(b"[names]"), letter, _asker(platform, "housing.steward"))
        assert platform.blobs.holds(sent.sent.digest)
        asker = _asker(platform, "housing.approver")
        ask_to_erase(platform, Target(TargetKind.DELIVERY, sent.id), "误含个人信息", asker)
    for visit in window(chromium, server, PHONE):
        sign_in(visit, "security.admin", server.password)
        visit.open("/inbox", lang="en")
        item = visit.page.locator("li").filter(has_text=sent.id)
        expect(item).to_contain_text("误含个人信息")
        item.get_by_role("button", name="Confirm the erasure").click()
        item.get_by_role("button", name="Not now").click()
        item.get_by_role("button", name="Confirm the erasure").click()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        item.get_by_role("button", name="Erase for good").click()
        expect(item).to_have_count(0)
        expect(visit.page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
        assert visit.errors == []
    with _platform(server) as platform:
        _until_gone(platform, sent.sent.digest)


def _until_gone(platform: Platform, digest: str) -> None:
    until = time.monotonic() + WORK_MS / 1000
    while platform.blobs.holds(digest) and time.monotonic() < until:
        time.sleep(0.2)
    assert not platform.blobs.holds(digest)
