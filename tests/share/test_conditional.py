"""Conditional requests: the tag says what an answer is made from, and is the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.share.client import Client
from tests.share.town import COLUMN, ROW, ZOOM, Town, building

ITEMS = "/ogc/collections/buildings/items"
TILE = f"/ogc/collections/buildings/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COLUMN}"
PATHS = (ITEMS, ITEMS + "/1", TILE, TILE.replace(f"/{ZOOM}/", "/22/"))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("held", ["{tag}", 'W/"other", {tag}', "*", "{strong}"])
def test_unchanged(transport: Client, path: str, held: str) -> None:
    first = transport.get(path)
    tag = first.headers["etag"]
    given = held.format(tag=tag, strong=tag.removeprefix("W/"))
    again = transport.get(path, headers={"If-None-Match": given})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["cache-control"] == first.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("held", ['"other"', "", "nonsense", '"'])
def test_changed(transport: Client, path: str, held: str) -> None:
    assert transport.get(path, headers={"If-None-Match": held}).status_code in (200, 204)


def test_what_the_tag_tells_apart(town: Town, transport: Client) -> None:
    variants = (
        transport.get(ITEMS),
        transport.get(ITEMS, params={"limit": 11}),
        transport.get(ITEMS, params={"crs": "EPSG:4547"}),
        transport.get(ITEMS, headers={"Accept-Language": "zh"}),
        town.client("clinic").get(ITEMS),
        town.client("school").get(ITEMS),
        transport.get(ITEMS + "/1"),
        transport.get(ITEMS + "/1", params={"crs": "EPSG:4547"}),
        transport.get(TILE),
    )
    assert len({answer.headers["etag"] for answer in variants}) == len(variants)
    assert town.client("housing").get(TILE).headers["etag"] == variants[-1].headers["etag"]


def test_a_new_version_changes_every_tag_but_of_tiles_in_which_nothing_changed(own_town: Town) -> None:
    client = own_town.client("transport")
    *before, elsewhere = (client.get(path).headers["etag"] for path in PATHS)
    own_town.land("buildings", [building(number) for number in range(3)])
    after = [client.get(path).headers["etag"] for path in PATHS[:-1]]
    assert not set(before) & set(after)
    assert client.get(PATHS[-1], headers={"If-None-Match": elsewhere}).status_code == 304


def test_other_layers_keep_their_tags(own_town: Town) -> None:
    client = own_town.client("transport")
    before = [client.get(path).headers["etag"] for path in PATHS]
    own_town.land("permits", [])
    assert [client.get(path).headers["etag"] for path in PATHS] == before


SCRIPT = """
import sys
from pathlib import Path
from diban.governance import Party, PartyKind
from diban.ground import PartyId, Text
from tests.share.town import open_town
folder, public, key, *paths = sys.argv[1:]
party = Party(PartyId(public), PartyKind.PUBLIC, Text(zh="", en=""), None, None)
with open_town(Path(folder), {"public": party}, {}) as town:
    client = town.client()
    print(*(client.get(path, headers={"X-API-Key": key}).headers["etag"] for path in paths))
"""


def test_tags_are_the_same_in_every_process(town: Town) -> None:
    key = town.key("clinic")
    here = [town.client().get(path, headers={"X-API-Key": key}).headers["etag"] for path in PATHS]
    asked = [sys.executable, "-c", SCRIPT, str(town.folder), town.parties["public"].id, key, *PATHS]
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1].split(" ") == here
