"""Files over HTTP from end to end, on both engines: sent, landed, catalogued, taken; bad ones told."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from diban.governance import issue_key
from diban.ground import AssetKind, now
from diban.store import reading, unit
from tests.app.town import STEWARD, Town, founded
from tests.intake.pictures import LONG, Raster, docx, exif, jpeg
from tests.postgres import Cluster
from tests.served import serving

TUS = {"Tus-Resumable": "1.0.0"}
SECONDS = 60


@dataclass
class Sender:
    """A steward's program."""

    http: httpx.Client

    def send(self, layer: str, content: bytes, name: str) -> dict[str, Any]:
        """The delivery of a file, when its journey has ended."""
        told = f"filename {base64.b64encode(name.encode()).decode()}"
        begun = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": told}
        path = self.http.post("/api/uploads", headers=begun).headers["location"]
        piece = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert self.http.patch(path, headers=piece, content=content).status_code == 204
        letter = {"layer": layer, "upload": path.rpartition("/")[2]}
        made = self.http.post("/api/deliveries", json=letter)
        assert made.status_code == 201, made.text
        address, until = made.headers["location"], time.monotonic() + SECONDS
        while not self.read(f"{address}/progress")["ended"]:
            assert time.monotonic() < until, "the journey does not end"
            time.sleep(0.1)
        return self.read(address)

    def read(self, path: str) -> dict[str, Any]:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Sender]]:
    """A small installation with a file of each kind to come, and its steward's program."""
    home = tmp_path_factory.mktemp(f"files-{request.param}") / "home"
    if request.param == "postgis":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        with cluster.database() as database, founded(home, database) as town:
            yield from _served(town)
    else:
        with founded(home) as town:
            yield from _served(town)


def _served(town: Town) -> Iterator[tuple[str, Sender]]:
    for kind in AssetKind:
        town.enter_file(kind.value, kind, published=True)
    with reading(town.platform.database) as connection:
        account = town.platform.accounts.find(connection, STEWARD)
    assert account is not None
    with unit(town.platform.database) as act:
        key = issue_key(act, account, account.party, "test", now() + timedelta(days=1))[1]
    with serving(town.platform.settings.home) as url:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=SECONDS) as client:
            yield url, Sender(client)


GOOD = {
    "raster": ("影像.tif", Raster(corner=(500_000, 2_500_000), pixel=2, epsg=4547, big=True).made()),
    "document": ("规划说明.docx", docx(12)),
    "photo": ("现场.jpg", jpeg(block=exif((113.95, 22.55), zone="+08:00"))),
}


@pytest.mark.parametrize("kind", list(GOOD))
def test_a_file_goes_the_whole_way_and_anybody_granted_takes_it(
    served: tuple[str, Sender], kind: str
) -> None:
    url, sender = served
    name, content = GOOD[kind]
    delivery = sender.send(kind, content, name)
    assert delivery["state"] == "landed", delivery
    with httpx.Client(base_url=url, trust_env=False) as anybody:
        (layer,) = anybody.get(f"/api/resources/{kind}").json()["layers"]
        assert layer["holds"]["value"] == kind
        assert layer["asset"]["digest"] == hashlib.sha256(content).hexdigest()
        assert (layer["bbox"] is None) == (kind == "document")
        taken = anybody.get(layer["asset"]["href"])
        assert taken.content == content
        assert taken.headers["content-disposition"].endswith(f"filename*=UTF-8''{quote(name)}")
        part = anybody.get(layer["asset"]["href"], headers={"Range": "bytes=2-5"})
        assert (part.status_code, part.content) == (206, content[2:6])
    receipt = sender.read(f"/api/deliveries/{delivery['id']}/receipt")
    assert hashlib.sha256(content).hexdigest() in str(receipt)


BAD = {
    "raster-bomb": Raster(more={256: (LONG, [2**31]), 257: (LONG, [2**31])}).made(),
    "tiff-loop": Raster(following=8).made(),
    "file-cut": Raster().made()[:-9],
    "asset-other": jpeg(),
}


@pytest.mark.parametrize("code", list(BAD))
def test_a_bad_file_is_told_and_takes_nothing_with_it(served: tuple[str, Sender], code: str) -> None:
    """T-RASTER: the finding is clear, the version before stands, the server is up."""
    _, sender = served
    sender.send("raster", GOOD["raster"][1], GOOD["raster"][0])
    before = sender.http.get("/api/assets/raster")
    delivery = sender.send("raster", BAD[code], "坏.tif")
    assert delivery["state"] == "returned"
    (finding,) = delivery["findings"]
    assert finding["code"] == code
    assert finding["message"]["zh"]
    assert finding["remedy"]["en"]
    assert sender.http.get(f"/api/deliveries/{delivery['id']}/original").content == BAD[code]
    after = sender.http.get("/api/assets/raster")
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert sender.http.get("/healthz").status_code == 200
