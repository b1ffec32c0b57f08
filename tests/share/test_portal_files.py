"""The portal's files: its page for its addresses, assets for ever, nothing from outside its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.share.client import Client
from tests.share.town import Town, open_town

PAGE = '<!doctype html><html><head><script type="module" src="/assets/index-abc.js"></script></head></html>'
SCRIPT = "console.log('portal');\n" * 200


@pytest.fixture
def portal(town: Town, tmp_path: Path) -> Client:
    """The town with a portal that is built."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text(PAGE, encoding="utf-8")
    (static / "assets/index-abc.js").write_text(SCRIPT, encoding="utf-8")
    (static / "assets/font.woff2").write_bytes(b"wOF2" * 1000)
    (static / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (static / "out.txt").symlink_to(tmp_path / "secret.txt")
    with open_town(town.folder, town.parties, town.layers, static) as served:
        client = Client(served.app, town.runner, {})
    return client


@pytest.mark.parametrize(
    "path",
    ["/", "/map", "/resources/housing", "/deliveries/dlv_x?lang=en", "/sign-in", "/a/b/c", "/ogcx", "/apis"],
)
def test_its_page_for_its_addresses(portal: Client, path: str) -> None:
    answer = portal.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = portal.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_assets_stay(portal: Client) -> None:
    plain = portal.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert plain.text == SCRIPT
    assert plain.headers["content-type"].startswith("text/javascript")
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    packed = portal.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(SCRIPT) / 10
    assert packed.text == SCRIPT
    assert packed.headers["vary"] == "Accept-Encoding"
    font = portal.get("/assets/font.woff2", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in font.headers
    assert font.headers["content-type"] == "font/woff2"
    assert portal.get("/mark.svg").headers["content-type"] == "image/svg+xml"
    assert portal.get("/mark.svg").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..%5c..%5csecret.txt",
        "//etc/passwd.txt",
        "/out.txt",
        "/assets/missing.js",
        "/favicon.ico",
        "/index.html.bak",
        "/" + "x" * 300 + ".txt",
        "/ogc/../secret.txt",
        "/.env",
        "/%0d%0aSet-Cookie:x",
    ],
)
def test_nothing_else(portal: Client, path: str) -> None:
    answer = portal.get(path)
    assert answer.status_code == 404, answer.text
    assert "secret" not in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/%ff%fe", "/" + "x" * 900, "/~root"])
def test_odd_addresses_get_the_page(portal: Client, path: str) -> None:
    answer = portal.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)


def test_services_are_not_the_portal(portal: Client) -> None:
    for path in ("/api", "/api/x", "/ogc/x", "/ogc/collections/"):
        assert portal.get(path).status_code == 404
    assert portal.get("/ogc").json()["links"]


@pytest.mark.parametrize("empty", [True, False])
def test_an_unbuilt_portal_says_so(town: Town, nobody: Client, tmp_path: Path, empty: bool) -> None:
    client = nobody
    if empty:
        with open_town(town.folder, town.parties, town.layers, tmp_path) as served:
            client = Client(served.app, town.runner, {})
    for path in ("/", "/map", "/x.js"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "make portal" in answer.text
        assert "<script" not in answer.text
        assert "style" not in answer.text
