"""A raster on its resource's page: facts, hash, extent and versions in two languages, and the file itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from diban.ground import AssetKind
from diban.intake import DeliveryState
from tests.app.town import founded
from tests.browser.test_portal import DESK, PHONE, Visit, window
from tests.intake.pictures import Raster
from tests.served import serving

SLUG = "elevation"
NAMES = ("高程 2025.tif", "高程 2026.tif")
FILES = [Raster(corner=(114.05, 22.52), filling=bytes([year])).made() for year in (25, 26)]


@dataclass
class Installation:
    """A served installation that nobody signs in to."""

    url: str
    home: Path
    accounts: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A small installation, served: a raster in two versions, published and granted to everyone."""
    home = tmp_path_factory.mktemp("raster") / "home"
    with founded(home) as town:
        town.enter_file(SLUG, AssetKind.RASTER, "高程栅格", published=True)
        for name, content in zip(NAMES, FILES, strict=True):
            assert town.send(SLUG, content, name).state is DeliveryState.LANDED
    with serving(home) as url:
        yield Installation(url, home)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def visit(request: pytest.FixtureRequest, chromium: Browser, installation: Installation) -> Iterator[Visit]:
    """A window on a desk, then on a phone."""
    yield from window(chromium, installation, request.param)


@pytest.mark.parametrize(
    ("language", "kind", "width", "word"),
    [("zh", "栅格", "宽", "下载"), ("en", "raster", "Width", "Download")],
)
def test_a_raster_is_told_and_taken(visit: Visit, language: str, kind: str, width: str, word: str) -> None:
    visit.open(f"/resources/{SLUG}", lang=language)
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
    taking = f"curl -fsS -o '{NAMES[1]}' '{visit.url}/api/assets/{SLUG}'"
    expect(visit.page.locator("#services").get_by_text(taking)).to_be_visible()
    expect(file.get_by_text("0.0001 °").first).to_be_visible()
    wide = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert visit.errors == []
    assert visit.strangers == []
