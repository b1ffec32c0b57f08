"""Requests that are meant to cost much (T-DOS): refused or bounded, and others keep their pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.share.conftest import copied
from tests.share.serving import serving
from tests.share.town import BUILDINGS, Town, building

MANY = 10_000
SECONDS = 5.0
MOST_BYTES = 16 << 20
AT = "/ogc/collections/buildings"
TILES = f"{AT}/tiles/WebMercatorQuad"
WORLD = "bbox=-180,-90,180,90"
LAST = 2**22 - 1
COSTLY = {
    "the world at zoom 22": f"{TILES}/22/{LAST}/{LAST}",
    "everything in one tile": f"{TILES}/0/0/0",
    "a tile beyond the last zoom": f"{TILES}/23/0/0",
    "a tile out of the grid": f"{TILES}/22/{LAST + 1}/0",
    "a tile of a huge number": f"{TILES}/{'9' * 300}/0/0",
    "a tile below nothing": f"{TILES}/-1/-1/-1",
    "a huge page": f"{AT}/items?{WORLD}&limit={10**12}",
    "a huge page in order": f"{AT}/items?limit=10000&sortby=-owner,seen,-cost,weight",
    "a deep order": f"{AT}/items?sortby={','.join(BUILDINGS.names() * 40)}",
    "a page far behind": f"{AT}/items?after={quote('WzIwMDAwMDAwMDBd')}",
    "an offset": f"{AT}/items?offset={10**9}",
    "very many fields": f"{AT}/items?limit=10000&properties={','.join(['code'] * 1500)}",
    "eight thousand bytes": f"{AT}/items?name={'x' * 8100}",
    "more than that": f"{AT}/items?name={'x' * 9000}",
    "very many parameters": f"{AT}/items?{'&'.join(f'p{number}=1' for number in range(1000))}",
    "a box of a thousand corners": f"{AT}/items?bbox={','.join(['1'] * 3000)}",
    "a number of many digits": f"{AT}/items?cost={'9' * 4000}",
    "an exponent": f"{AT}/items?cost=1e999999",
    "an empty name": "/api/search?q=",
    "one letter": "/api/search?q=b&limit=50",
    "one character": f"/api/search?q={quote('楼')}&limit=50",
    "a long name": f"/api/search?q={quote('楼' * 800)}",
    "a name of signs": f"/api/search?q={quote('%_*?[](){}|^$.+')}",
    "a name of marks": f"/api/search?q={quote('a' + chr(0x301) * 60)}",
    "a name of emoji": f"/api/search?q={quote('🏙️' * 15)}",
    "a name of zeros": f"/api/search?q={'0' * 60}",
    "many words": f"/api/resources?q={'+'.join(['a'] * 2000)}",
}


def a_million_ids() -> str:
    """A query that names a million features."""
    return f"{AT}/items?ids={','.join(map(str, range(10**6)))}"


@dataclass
class Served:
    """A server of a large layer, and the key of somebody who may read it."""

    address: str
    key: str

    def get(self, path: str) -> tuple[int, int, float]:
        """The status, the bytes of the answer, and the seconds it took."""
        begun = time.monotonic()
        with httpx.Client(headers={"X-API-Key": self.key}, timeout=60) as client:
            answer = client.get(self.address + path)
        return answer.status_code, len(answer.content), time.monotonic() - begun


@pytest.fixture(scope="module")
def served(town_as_built: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A town with many buildings, served by a process of its own."""
    with copied(town_as_built, Path(tmp_path_factory.mktemp("costly")) / "town") as town:
        town.land("buildings", [building(number) for number in range(MANY)])
        with serving(town) as address:
            served = Served(address, town.key("transport"))
            served.get(f"{AT}/items")
            yield served


@pytest.mark.parametrize("name", COSTLY)
def test_a_costly_request_is_refused_or_bounded(served: Served, name: str) -> None:
    status, size, seconds = served.get(COSTLY[name])
    assert status in (200, 204, 400, 414), status
    assert size < MOST_BYTES
    assert seconds < SECONDS


def test_a_million_ids_are_refused(served: Served) -> None:
    """The server closes on an address of seven megabytes, or says that it is too long."""
    begun = time.monotonic()
    try:
        status = served.get(a_million_ids())[0]
    except (httpx.InvalidURL, httpx.TransportError):
        status = 414
    assert status in (400, 414, 431)
    assert time.monotonic() - begun < SECONDS
    assert served.get("/healthz")[0] == 200


def test_others_keep_their_pace(served: Served) -> None:
    """Eight at a time take all of it as a GeoPackage, the world in order, and everything in one tile."""
    waited: list[float] = []
    costly = [f"{AT}/download?f=gpkg", COSTLY["a huge page in order"], COSTLY["everything in one tile"]]
    quiet = sorted(served.get(f"{AT}/items?limit=1")[2] for _ in range(20))[10]
    with ThreadPoolExecutor(8) as pool:
        taken = [pool.submit(served.get, costly[number % 3]) for number in range(24)]
        while not all(one.done() for one in taken):
            status, _, seconds = served.get(f"{AT}/items?limit=1")
            assert status == 200
            waited.append(seconds)
    assert {one.result()[0] for one in taken} <= {200, 503}
    assert any(one.result()[0] == 200 for one in taken)
    middle = sorted(waited)[len(waited) // 2]
    assert middle < max(1.0, 20 * quiet), (middle, quiet)
    assert max(waited) < SECONDS, max(waited)
