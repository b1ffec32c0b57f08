"""A raster on its resource's page: facts, hash, extent and versions in two languages, and the file itself."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from diban.app import Letter, build, deliver, give, go_forward, read_settings, register
from diban.governance import Asker, Via
from diban.ground import LayerScope
from diban.store import reading
from tests.browser.test_portal import DESK, PHONE, Visit, window
from tests.intake.pictures import Raster
from tests.served import Served

STEWARD, APPROVER = "housing.steward", "housing.approver"
NAMES = ("高程 2025.tif", "高程 2026.tif")
FILES = [Raster(corner=(114.05, 22.52), filling=bytes([year])).made() for year in (25, 26)]


@pytest.fixture(scope="module")
def published(server: Served) -> str:
    """A raster in two versions, published and granted to everyone; its slug."""
    platform = build(read_settings(server.home))

    def asker(login: str) -> Asker:
        with reading(platform.database) as connection:
            account = platform.accounts.find(connection, login)
            assert account is not None
            return platform.accounts.asker(connection, account.id, Via.COMMAND, "test")

    with reading(platform.database) as connection:
        housing = platform.parties.get(
            connection, platform.catalogue.by_slug(connection, "buildings").entry.provider
        )
    title = {"zh": "高程栅格", "en": "Elevation raster"}
    texts = {name: {"zh": "试", "en": "trial"} for name in ("abstract", "licence", "source")}
    layer = {"slug": "elevation", "title": title, "asset": "raster"}
    plain = {
        "category": "30100101",
        "format": "graphic",
        "cycle": "yearly",
        "method": "file",
        "opening": "open",
    }
    whose = {"provider": housing.name.zh, "owner": housing.name.zh, "sharing": "unconditional"}
    told = {"slug": "elevation", "title": title, **texts, **plain, **whose, "layers": [layer]}
    register(platform, told, asker(STEWARD))
    for login in (STEWARD, APPROVER, STEWARD, "planning.bureau"):
        go_forward(platform, "elevation", asker(login))
    for name, content in zip(NAMES, FILES, strict=True):
        deliver(platform, io.BytesIO(content), Letter("elevation", name, f"test:{name}"), asker(STEWARD))
    give(platform, "elevation", "", LayerScope(), "公益", "无条件共享", asker("data.bureau"))
    platform.close()
    return "elevation"


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def visit(request: pytest.FixtureRequest, chromium: Browser, server: Served) -> Iterator[Visit]:
    """A window on a desk, then on a phone."""
    yield from window(chromium, server, request.param)


@pytest.mark.parametrize(
    ("language", "kind", "width", "word"),
    [("zh", "栅格", "宽", "下载"), ("en", "raster", "Width", "Download")],
)
def test_a_raster_is_told_and_taken(
    visit: Visit, published: str, language: str, kind: str, width: str, word: str
) -> None:
    visit.open(f"/resources/{published}", lang=language)
    file = visit.page.locator("#file")
    for text in (
        kind,
        width,
        "GeoTIFF",
        NAMES[1],
        hashlib.sha256(FILES[1]).hexdigest(),
        "EPSG:4490",
        "uint16",
    ):
        expect(file.get_by_text(text, exact=True).first).to_be_visible()
    expect(visit.page.get_by_text("114°03′00″E – 114°03′14″E")).to_be_visible()
    with visit.page.expect_download() as taken:
        file.get_by_role("link", name=f"{word} {NAMES[1]}").click()
    assert taken.value.suggested_filename == NAMES[1]
    assert taken.value.path().read_bytes() == FILES[1]
    with visit.page.expect_download() as earlier:
        visit.page.locator("#versions").get_by_role("link", name=f"{word} {NAMES[0]}").click()
    assert earlier.value.path().read_bytes() == FILES[0]
    wide = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert visit.errors == []
    assert visit.strangers == []
