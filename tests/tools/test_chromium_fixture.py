"""The browser of the tests draws with WebGL 2, which the map needs."""

from playwright.sync_api import Browser


def test_chromium_has_webgl(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<h1>底板</h1>")
    assert page.inner_text("h1") == "底板"
    assert page.evaluate("document.createElement('canvas').getContext('webgl2') !== null")
    page.close()
