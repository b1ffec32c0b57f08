"""Files made to harm: each ends in rows or in a clean refusal, and nothing else happens."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyogrio
import pytest

from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.uploads import POINT, buildings, collection, geojson, geopackage, mutations, read

_VRT = """<OGRVRTDataSource><OGRVRTLayer name="{layer}"><SrcDataSource>{source}</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize("name", ["upload.vrt", "upload.geojson", "upload.gpkg", "upload"])
def test_a_virtual_file_opens_no_other_file(name: str, tmp_path: Path) -> None:
    """T-VRT: GDAL would follow it to any file on the disk."""
    (tmp_path / "other").mkdir()
    secret = geojson(tmp_path / "other", POINT % "1,2", name='"secret"')
    path = tmp_path / name
    path.write_text(_VRT.format(layer="secret", source=secret))
    if not name.endswith("gpkg"):
        assert pyogrio.read_info(path)["features"] == 1  # the trap works where nobody minds it
    with pytest.raises(Unreadable) as raised:
        read(path)
    assert raised.value.code == "format-unknown"


def test_a_virtual_file_behind_a_json_face_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "upload.geojson"
    path.write_text(collection([]) + _VRT.format(layer="x", source="/etc/passwd"))
    with pytest.raises(Unreadable):
        read(path)


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and the requests that it saw."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


_LINK = '{"type":"link","properties":{"href":"%s/crs","type":"ogcwkt"}}'


def test_a_linked_crs_is_refused_and_not_fetched(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    """T-CRSLINK."""
    address, seen = listener
    path = geojson(tmp_path, POINT % "1,2", crs=_LINK % address)
    assert pyogrio.read_info(path)["features"] == 1
    assert seen == ["/crs"]  # the trap works where nobody minds it
    with pytest.raises(Unreadable) as raised:
        read(path)
    assert raised.value.code == "crs-link"
    assert seen == ["/crs"]


@pytest.mark.parametrize(
    "text",
    [
        collection([POINT % "1,2"]).replace("{", '{"\\u0063rs":' + _LINK + ",", 1),
        collection([POINT % "1,2"]).replace('"properties"', '"crs":' + _LINK + ',"properties"'),
        collection(['{"type":"Point","coordinates":[1,2],"crs":' + _LINK + "}"]),
        '{"type":"FeatureCollection","features":[],"crs":{"type":"name","properties":{"name":"%s"}}}',
        '{"type":"FeatureCollection","features":[],"crs":{"type":"url","properties":{"url":"%s"}}}',
    ],
    ids=["a disguised key", "in a feature", "in a geometry", "a name that is an address", "type url"],
)
def test_no_way_of_writing_a_link_makes_a_request(
    text: str, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    address, seen = listener
    path = tmp_path / "upload"
    path.write_text(text.replace("%s", address))
    assert _outcome(path) in {"rows", "read-damaged", "crs-link"}
    assert seen == []


_DEEP = 100_000


@pytest.mark.parametrize(
    "text",
    [
        collection(['{"type":"GeometryCollection","geometries":[' * _DEEP + POINT % "1,2" + "]}" * _DEEP]),
        collection(["null"], ['{"a":' * _DEEP + "1" + "}" * _DEEP]),
        collection([POINT % ("[" * _DEEP + "]" * _DEEP)]),
        '{"type":"FeatureCollection","crs":' + "[" * _DEEP + "]" * _DEEP + ',"features":[]}',
        '{"type":"FeatureCollection","x":' + "[" * _DEEP,
        "{" * _DEEP,
    ],
    ids=["collections", "properties", "coordinates", "crs", "open arrays", "open objects"],
)
def test_nesting_is_capped_before_any_parser(text: str, tmp_path: Path) -> None:
    """T-DEEP: GDAL and GEOS recurse, and die of tens of thousands."""
    path = tmp_path / "upload"
    path.write_text(text)
    with pytest.raises(Unreadable) as raised:
        read(path)
    assert raised.value.code == "nested-too-deep"


def test_nesting_that_people_use_is_read(tmp_path: Path) -> None:
    nested = '{"type":"GeometryCollection","geometries":[' * 12 + POINT % "1,2" + "]}" * 12
    found = read(geojson(tmp_path, nested))
    assert found.wkt == ["GEOMETRYCOLLECTION (" * 12 + "POINT (1 2)" + ")" * 12]


def _outcome(path: Path) -> str:
    try:
        found = read(path)
    except Unreadable as fault:
        return fault.code if fault.message.zh and fault.message.en else "no words"
    assert found.source.rows in (None, found.table.num_rows)
    return "rows"


def _outcomes(good: Path, count: int, seed: int) -> dict[str, int]:
    paths = []
    for number, content in enumerate(mutations(good.read_bytes(), count, seed)):
        paths.append(good.with_name(f"mutation-{number}"))
        paths[-1].write_bytes(content)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(_outcome, paths))
    return {code: found.count(code) for code in sorted(set(found))}


_CLEAN = {
    "rows",
    "format-unknown",
    "layer-none",
    "layer-needed",
    "nested-too-deep",
    "read-damaged",
    "read-incomplete",
}
_CLEAN |= {"read-crashed", "read-memory", "read-timeout", "read-cpu", "crs-link", "columns-too-many"}


@pytest.mark.parametrize("seed", [20, pytest.param(2_000, marks=pytest.mark.battery)])
@pytest.mark.parametrize("kind", ["geojson", "geopackage"])
def test_damage_ends_in_rows_or_a_clean_refusal(kind: str, seed: int, tmp_path: Path) -> None:
    """T-CORRUPT: truncations and bit flips; ``seed`` is also how many."""
    if kind == "geojson":
        properties = [json.dumps({"名称": f"甲{i}", "高": i / 3}) for i in range(40)]
        good = geojson(tmp_path, *[POINT % f"{i},{i / 7}" for i in range(40)], properties=properties)
    else:
        good = geopackage(tmp_path, buildings(200))
    outcomes = _outcomes(good, seed, seed)
    assert sum(outcomes.values()) == seed
    assert set(outcomes) <= _CLEAN
    assert outcomes.get("read-crashed", 0) <= seed // 10, outcomes
