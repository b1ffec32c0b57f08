"""`python -m tests.browser.pictures FOLDER [name…]`: photographs of pages, both sizes and languages."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.every_page import EVERY_PAGE, PageSeen, settled
from tests.browser.test_every_page import SIZES
from tests.browser.test_portal import sign_in, window
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.served import Served, served_demo


def main() -> None:
    """Serve the demo and photograph the pages that are named, or all."""
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        served_demo(Path(home) / "home", "", 3000) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS
        )
        for seen in EVERY_PAGE:
            if not names or seen.name in names:
                _photograph(browser, server, seen, folder)
        browser.close()


def _photograph(browser: Browser, server: Served, seen: PageSeen, folder: Path) -> None:
    for size, pixels in SIZES.items():
        for visit in window(browser, server, pixels):
            if seen.login:
                sign_in(visit, seen.login, server.password)
            address = seen.found(visit.read)
            for language in ("zh", "en"):
                visit.open(address, lang=language)
                settled(visit.page)
                visit.page.screenshot(path=folder / f"{seen.name}-{size}-{language}.png")


if __name__ == "__main__":
    main()
