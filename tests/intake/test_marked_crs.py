"""Faulty rows given back as GeoPackage: what a file says of its CRS never reaches the library that writes."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely

from diban.intake.marked import geopackage
from diban.intake.sandbox.reading import SourceLayer


def _written(folder: Path, crs: str | None) -> str | None:
    batch = pa.record_batch({"a": ["x"], "geometry": pa.array([shapely.to_wkb(shapely.Point(1, 2))])})
    source = SourceLayer("Shapefile (ZIP)", "l", 1, crs, True, "Point", None)
    geopackage.write(iter([batch]), batch.schema, source, folder / "m.gpkg")
    return str(pyogrio.read_info(folder / "m.gpkg")["crs"])


@pytest.mark.parametrize(
    "crs", ["EPSG:4490", "urn:ogc:def:crs:EPSG::4490", "http://www.opengis.net/def/crs/EPSG/0/4490"]
)
def test_the_crs_is_that_of_the_register(crs: str, tmp_path: Path) -> None:
    assert _written(tmp_path, crs) == "EPSG:4490"


@pytest.mark.parametrize("crs", [None, "GCJ-02", "EPSG:4547,yx", "/etc/EPSG/4490", "+proj=longlat"])
def test_what_has_no_code_is_left_open(crs: str | None, tmp_path: Path) -> None:
    assert "4490" not in str(_written(tmp_path, crs))


def test_an_address_is_not_asked(tmp_path: Path) -> None:
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"EPSG:4490")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _written(tmp_path, f"http://127.0.0.1:{server.server_port}/EPSG/4490")
        server.shutdown()
    assert asked == []
