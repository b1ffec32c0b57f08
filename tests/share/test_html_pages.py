"""Documents as pages for people: asked for or preferred, linked with each other, and never a script."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from tests.share.client import ADDRESS, Client

ITEMS = "/ogc/collections/buildings/items"
PAGES = [
    "/ogc",
    "/ogc/api",
    "/ogc/conformance",
    "/ogc/collections",
    "/ogc/collections/buildings",
    "/ogc/collections/buildings/styles",
    "/ogc/collections/buildings/legend",
    ITEMS,
    f"{ITEMS}/2",
]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Page(HTMLParser):
    """What is on a page: its tags, addresses and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("path", PAGES)
def test_browsers_get_a_page_programs_json(transport: Client, path: str) -> None:
    asked = transport.get(path, params={"f": "html"})
    assert asked.status_code == 200
    assert asked.headers["content-type"] == "text/html; charset=utf-8"
    assert "Accept" in asked.headers["vary"]
    assert transport.get(path, headers=BROWSER).headers["content-type"].startswith("text/html")
    for accepted in (
        {},
        {"Accept": "*/*"},
        {"Accept": "application/json"},
        {"Accept": "application/geo+json, text/html;q=0.5"},
    ):
        assert "json" in transport.get(path, headers=accepted).headers["content-type"]
    assert "json" in transport.get(path, params={"f": "json"}, headers=BROWSER).headers["content-type"]


@pytest.mark.parametrize("path", PAGES)
def test_each_form_leads_to_the_other(transport: Client, path: str) -> None:
    page = Page(transport.get(path, params={"f": "html"}).text)
    (as_json,) = {link for link in page.links if link.startswith(f"{ADDRESS}{path}?f=json")} or {""}
    assert "json" in transport.get(as_json.removeprefix(ADDRESS)).headers["content-type"]
    if path != "/ogc/api":
        told = transport.read(path)
        assert [one["type"] for one in told.get("links", []) if one["rel"] == "alternate"] in (
            [],
            ["text/html"],
        )


@pytest.mark.parametrize("path", PAGES)
def test_who_has_it_is_told_so_in_either_form(transport: Client, path: str) -> None:
    tags = set()
    for form in ("json", "html"):
        answer = transport.get(path, params={"f": form})
        tags.add(answer.headers["etag"])
        again = transport.get(path, params={"f": form}, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert len(tags) == 2


@pytest.mark.parametrize("path", PAGES)
def test_every_address_on_a_page_leads_somewhere(transport: Client, path: str) -> None:
    page = Page(transport.get(path, params={"f": "html"}).text)
    links = {
        link
        for link in (urljoin(f"{ADDRESS}{path}", each) for each in page.links)
        if link.startswith(f"{ADDRESS}/")
    }
    bare = ("/ogc/api", "/ogc/conformance")
    assert len(links) > 3 or path in bare, "its own links, beside the three above every page"
    for link in links:
        assert transport.get(link.removeprefix(ADDRESS)).status_code == 200, link


def test_what_data_say_is_text(transport: Client) -> None:
    answer = transport.get(ITEMS, params={"f": "html"})
    page = Page(answer.text)
    assert "<b>housing</b> bureau" in page.words  # the source, as somebody wrote it
    assert not page.tags & {"b", "script", "img", "iframe", "style"}
    assert all(link.startswith((ADDRESS, "./items/", "http", "data:,")) for link in page.links)
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_numbers_stand_as_they_are(transport: Client) -> None:
    words = Page(transport.get(ITEMS, params={"f": "html", "limit": "200"}).text).words
    assert "199000000000001.99" in words


def test_the_look_is_the_installation_s_own(transport: Client) -> None:
    answer = transport.get("/ogc/page.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert f"{ADDRESS}/ogc/page.css" in Page(transport.get("/ogc?f=html").text).links


@pytest.mark.parametrize(("language", "word"), [("zh", "要素"), ("en", "Features")])
def test_in_the_reader_s_language(transport: Client, language: str, word: str) -> None:
    answer = transport.get(ITEMS, params={"f": "html"}, headers={"Accept-Language": language})
    assert word in Page(answer.text).words
    assert answer.headers["content-language"] == language
