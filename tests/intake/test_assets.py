"""Facts of rasters, photos and documents, read in the sandbox; of what would do harm, a clear refusal."""

from __future__ import annotations

import http.server
import json
import shutil
import struct
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import shapely

from diban.ground import AssetKind
from diban.intake import Unreadable, open_upload
from tests.intake.pictures import (
    ASCII,
    DOUBLE,
    LONG,
    SHORT,
    Raster,
    Value,
    archive,
    docx,
    exif,
    heic,
    jpeg,
    pdf,
    png,
    webp,
)
from tests.intake.uploads import mutations
from tests.needs import absent

RASTER, PHOTO, DOCUMENT = AssetKind.RASTER, AssetKind.PHOTO, AssetKind.DOCUMENT
OFD, ODT = "application/ofd", "application/vnd.oasis.opendocument.text"
OPEN_XML = "application/vnd.openxmlformats-officedocument."


@dataclass
class Found:
    """The one row of a file, where it lies, and what was remarked."""

    format: str
    crs: str | None
    facts: dict[str, Any]
    shape: shapely.Geometry | None
    remarks: set[str]


def facts(folder: Path, content: bytes, kind: AssetKind) -> Found:
    path = folder / "upload"
    path.write_bytes(content)
    return facts_of(path, kind)


def facts_of(path: Path, kind: AssetKind) -> Found:
    with open_upload(path, asset=kind) as opened:
        (row,) = [row for batch in opened.batches() for row in batch.to_pylist()]
    shape = row.pop("geometry", None)
    shape = None if shape is None else shapely.from_wkb(shape)
    known = {name: value for name, value in row.items() if not name.startswith("_")}
    remarks = {remark.code for remark in opened.remarks}
    return Found(opened.source.format, opened.source.crs, known, shape, remarks)


def refused(folder: Path, content: bytes, kind: AssetKind) -> str:
    with pytest.raises(Unreadable) as raised:
        facts(folder, content, kind)
    assert raised.value.message.zh
    assert raised.value.remedy is not None
    return raised.value.code


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_raster_tells_its_size_samples_crs_and_ground(order: str, big: bool, tmp_path: Path) -> None:
    found = facts(tmp_path, Raster(order=order, big=big).made(), RASTER)
    assert found.crs == "EPSG:4490"
    assert found.facts == {
        "media_type": "image/tiff; application=geotiff",
        "width": 40,
        "height": 30,
        "bands": 1,
        "sample_type": "uint16",
        "pixel_width": 0.0001,
        "pixel_height": 0.0001,
    }
    assert found.shape is not None
    assert found.shape.bounds == pytest.approx((113.9, 22.597, 113.904, 22.6))
    assert found.shape.is_valid
    assert found.shape.exterior.is_ccw


def test_a_raster_of_points_reaches_half_a_pixel_further(tmp_path: Path) -> None:
    keys = [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 2, 2048, 0, 1, 4490]
    found = facts(tmp_path, Raster(more={34735: (SHORT, keys)}).made(), RASTER)
    assert found.shape is not None
    assert found.shape.bounds == pytest.approx((113.89995, 22.59705, 113.90395, 22.60005))


def test_a_turned_raster_is_placed_by_its_matrix(tmp_path: Path) -> None:
    matrix: list[float] = [0, 1.0, 0, 500_000, 1.0, 0, 0, 2_500_000, 0, 0, 0, 0, 0, 0, 0, 1]
    more: dict[int, Value | None] = {33550: None, 33922: None, 34264: (DOUBLE, matrix)}
    found = facts(tmp_path, Raster(epsg=4547, more=more).made(), RASTER)
    assert found.crs == "EPSG:4547"
    assert found.shape is not None
    assert found.shape.bounds == pytest.approx((500_000, 2_500_000, 500_030, 2_500_040))


@pytest.mark.parametrize("keys", [None, [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32767], [1, 1]])
def test_a_crs_that_is_not_stated_is_not_made_up(keys: list[int] | None, tmp_path: Path) -> None:
    more = {34735: None if keys is None else (SHORT, keys)}
    assert facts(tmp_path, Raster(more=more).made(), RASTER).crs is None


def test_a_crs_in_the_words_of_esri_is_passed_on(tmp_path: Path) -> None:
    wkt = 'PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"]]'
    text = f"ESRI PE String = {wkt}|"
    keys = [1, 1, 0, 3, 1024, 0, 1, 1, 3072, 0, 1, 32767, 3073, 34737, len(text), 0]
    more: dict[int, Value | None] = {34735: (SHORT, keys), 34737: (ASCII, text)}
    assert facts(tmp_path, Raster(more=more).made(), RASTER).crs == wkt


def test_gdal_reads_the_same_of_the_same_raster(tmp_path: Path) -> None:
    path = tmp_path / "made.tif"
    path.write_bytes(
        Raster(width=300, height=200, corner=(500_000.5, 2_500_000.25), pixel=2, epsg=4547).made()
    )
    tiled = tmp_path / "tiled.tif"
    options = ["-co", "TILED=YES", "-co", "COMPRESS=DEFLATE", "-co", "BIGTIFF=YES", "-b", "1", "-b", "1"]
    subprocess.run(["gdal_translate", "-q", *options, str(path), str(tiled)], check=True)
    said = json.loads(
        subprocess.run(["gdalinfo", "-json", str(tiled)], check=True, capture_output=True).stdout
    )
    found = facts_of(tiled, RASTER)
    assert [found.facts["width"], found.facts["height"]] == said["size"]
    assert found.facts["bands"] == len(said["bands"]) == 2
    assert found.crs == "EPSG:4547"
    corners = said["cornerCoordinates"]
    assert found.shape is not None
    assert list(found.shape.bounds) == pytest.approx([*corners["lowerLeft"], *corners["upperRight"]])


def test_real_rasters_are_told_as_gdal_tells_them(test_data: Path) -> None:
    if shutil.which("gdalinfo") is None:
        absent("gdalinfo", "`make system` installs it")
    placed = 0
    for path in sorted(test_data.rglob("*.tif")):
        told = subprocess.run(["gdalinfo", "-json", str(path)], check=True, capture_output=True)
        said = json.loads(told.stdout)
        if "coordinateSystem" not in said:
            continue
        found = facts_of(path, RASTER)
        assert [found.facts["width"], found.facts["height"]] == said["size"], path.name
        assert found.facts["bands"] == len(said["bands"]), path.name
        assert found.shape is not None
        corners = said["cornerCoordinates"]
        west, south, east, north = found.shape.bounds
        assert [west, south, east, north] == pytest.approx(
            [*corners["lowerLeft"], *corners["upperRight"]], abs=1e-3
        )
        placed += 1
    assert placed >= 8


def test_a_raster_that_lies_nowhere_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, Raster(more={33922: None}).made(), RASTER) == "raster-unplaced"
    assert refused(tmp_path, Raster(pixel=0).made(), RASTER) == "raster-unplaced"
    assert refused(tmp_path, Raster(corner=(float("nan"), 1)).made(), RASTER) == "raster-unplaced"


@pytest.mark.parametrize(
    ("raster", "code"),
    [
        (Raster(more={256: (LONG, [2**32 - 1]), 257: (LONG, [2**32 - 1])}), "raster-bomb"),
        (Raster(more={256: (LONG, [200_000]), 257: (LONG, [100_000])}), "raster-bomb"),
        (
            Raster(more={258: (SHORT, [16] * 5_000), 277: (SHORT, [5_000]), 257: (LONG, [2**20])}),
            "raster-bomb",
        ),
        (Raster(more={256: (LONG, [0])}), "read-damaged"),
        (Raster(more={278: (LONG, [0])}), "read-damaged"),
        (Raster(more={277: (SHORT, [0])}), "read-damaged"),
        (Raster(more={278: (LONG, [1])}), "read-damaged"),
        (Raster(more={273: (LONG, [2**32 - 1])}), "file-cut"),
        (Raster(following=8), "tiff-loop"),
        (Raster(following=2**31), "file-cut"),
        (Raster(more={34735: (SHORT, [1, 1, 0, 65_535])}), ""),
    ],
    ids=[
        "2^64 pixels",
        "40 GB",
        "bands",
        "no width",
        "no rows",
        "no bands",
        "lost pieces",
        "far strip",
        "loop",
        "far next",
        "keys",
    ],
)
def test_a_harmful_raster_ends_in_a_clear_finding(raster: Raster, code: str, tmp_path: Path) -> None:
    """T-RASTER: what a header claims is judged before anything is made of it."""
    if code:
        assert refused(tmp_path, raster.made(), RASTER) == code
    else:
        assert facts(tmp_path, raster.made(), RASTER).crs is None


def test_directories_that_lead_round_in_a_circle_are_seen(tmp_path: Path) -> None:
    """Two directories, each the next of the other."""
    first = Raster().made()
    second = struct.pack("<H", 0) + struct.pack("<I", 8)
    made = Raster(following=len(first)).made() + second
    assert refused(tmp_path, made, RASTER) == "tiff-loop"


def test_a_billion_entries_cost_nothing(tmp_path: Path) -> None:
    made = bytearray(Raster().made())
    place = made.index(struct.pack("<HHI", 273, LONG, 1))
    made[place + 4 : place + 8] = struct.pack("<I", 2**32 - 1)
    assert refused(tmp_path, bytes(made), RASTER) == "read-damaged"


def test_a_raster_packed_like_a_bomb_is_refused(tmp_path: Path) -> None:
    """All tiles of 30,000 × 30,000 point at the same few bytes."""
    count = -((-30_000 // 512) ** 2)
    more = {
        256: (LONG, [30_000]),
        257: (LONG, [30_000]),
        258: (SHORT, [16] * 4),
        277: (SHORT, [4]),
        322: (LONG, [512]),
        323: (LONG, [512]),
        324: (LONG, [8] * count),
        325: (LONG, [9] * count),
    }
    assert refused(tmp_path, Raster(more={**more, 273: None, 279: None}).made(), RASTER) == "raster-bomb"


def test_what_a_raster_names_outside_itself_is_never_fetched(tmp_path: Path) -> None:
    """References in its texts, and a virtual raster that is called a TIFF."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        texts = (
            f'<GDALMetadata><Item name="OVR">/vsicurl/{address}/a.tif</Item></GDALMetadata>',
            f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}/e">]><x>&e;</x>',
        )
        for text in texts:
            raster = Raster(more={42112: (ASCII, text), 270: (ASCII, text)})
            assert facts(tmp_path, raster.made(), RASTER).facts["width"] == 40
        view = f"<VRTDataset><SourceFilename>{address}/v</SourceFilename></VRTDataset>"
        assert refused(tmp_path, view.encode(), RASTER) == "asset-unknown"
        server.shutdown()
        thread.join()
    assert seen == []


@pytest.mark.parametrize("kind", [RASTER, PHOTO, DOCUMENT])
def test_every_truncation_and_damage_ends_in_facts_or_a_clear_refusal(
    kind: AssetKind, tmp_path: Path
) -> None:
    """T-CORRUPT for files that land whole."""
    good = {RASTER: Raster().made(), PHOTO: png(block=exif()), DOCUMENT: docx()}[kind]
    cuts = [good[: len(good) * part // 8] for part in range(1, 8)]
    paths = []
    for number, content in enumerate([*cuts, *mutations(good, 16, 7)]):
        paths.append(tmp_path / f"{kind}-{number}")
        paths[-1].write_bytes(content)

    def outcome(path: Path) -> str:
        try:
            facts_of(path, kind)
        except Unreadable as fault:
            return fault.code
        return "facts"

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(outcome, paths))
    clean = {
        "facts",
        "read-damaged",
        "file-cut",
        "raster-bomb",
        "raster-unplaced",
        "tiff-loop",
        "asset-unknown",
    }
    clean |= {
        "asset-other",
        "archive-ratio",
        "archive-encrypted",
        "archive-method",
        "archive-members",
        "archive-path",
    }
    assert set(found) <= clean
    if kind is not DOCUMENT:
        assert "facts" not in found[: len(cuts)]


def test_a_photo_tells_its_size_place_and_time(tmp_path: Path) -> None:
    found = facts(tmp_path, jpeg(block=exif((113.95, 22.55), zone="+08:00")), PHOTO)
    time = "2026-05-01T09:30:00+08:00"
    assert found.facts == {"media_type": "image/jpeg", "width": 64, "height": 48, "taken_at": time}
    assert found.crs == "EPSG:4326"
    assert found.shape is not None
    assert (found.shape.x, found.shape.y) == pytest.approx((113.95, 22.55))
    south = facts(tmp_path, png(block=exif((-70.5, -33.25))), PHOTO)
    assert south.shape is not None
    assert (south.shape.x, south.shape.y) == pytest.approx((-70.5, -33.25))
    assert south.facts["taken_at"] == "2026-05-01T09:30:00"
    other = facts(tmp_path, webp(block=exif()), PHOTO)
    assert (other.format, other.facts["width"], other.facts["height"]) == ("WebP", 20, 10)
    assert other.shape is not None
    phone = facts(tmp_path, heic(block=exif()), PHOTO)
    assert (phone.format, phone.facts["width"], phone.facts["height"]) == ("HEIC", 4032, 3024)
    assert phone.shape is not None


def test_a_photo_without_a_place_says_so(tmp_path: Path) -> None:
    for block in (b"", exif(None), exif((0, 0))):
        found = facts(tmp_path, jpeg(block=block), PHOTO)
        assert found.shape is None
        assert found.remarks == {"photo-unplaced"}
    damaged = facts(tmp_path, jpeg(block=exif()[:40]), PHOTO)
    assert damaged.remarks == {"photo-unplaced", "exif-damaged"}


def test_a_photo_that_would_swell_or_was_cut_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, png(2**31 - 1, 2**31 - 1, pixels=b"x"), PHOTO) == "raster-bomb"
    assert refused(tmp_path, jpeg(65_535, 65_535), PHOTO) == "raster-bomb"
    assert refused(tmp_path, jpeg()[:-2], PHOTO) == "file-cut"
    assert refused(tmp_path, png()[:-5], PHOTO) == "file-cut"
    assert refused(tmp_path, webp(block=exif())[:-9], PHOTO) == "file-cut"
    assert refused(tmp_path, heic(block=exif())[:-9], PHOTO) == "file-cut"
    assert refused(tmp_path, heic(2**31, 2**31), PHOTO) == "raster-bomb"
    assert refused(tmp_path, heic()[:24], PHOTO) == "read-damaged"


@pytest.mark.parametrize(
    ("content", "media_type", "pages"),
    [
        (pdf(3), "application/pdf", 3),
        (pdf(12, packed=True), "application/pdf", 12),
        (docx(7), f"{OPEN_XML}wordprocessingml.document", 7),
        (archive({"xl/workbook.xml": "<x/>"}), f"{OPEN_XML}spreadsheetml.sheet", None),
        (archive({"mimetype": ODT}), ODT, None),
        (archive({"OFD.xml": "<o/>", **{f"Doc_0/Pages/Page_{n}/Content.xml": "" for n in (0, 1)}}), OFD, 2),
        ("底板规划说明\n".encode(), "text/plain", None),
        ("底板规划说明\n".encode("gbk"), "text/plain", None),
        (b"<svg onload='alert(1)'/><script>alert(1)</script>", "text/plain", None),
    ],
    ids=["pdf", "packed pdf", "docx", "xlsx", "odt", "ofd", "utf-8", "gbk", "svg"],
)  # fmt: skip
def test_a_document_tells_what_it_is(
    content: bytes, media_type: str, pages: int | None, tmp_path: Path
) -> None:
    found = facts(tmp_path, content, DOCUMENT)
    assert found.facts == {"media_type": media_type, "pages": pages}
    assert found.shape is None


def test_a_document_that_does_harm_or_is_cut_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, pdf()[:-20], DOCUMENT) == "file-cut"
    assert refused(tmp_path, docx(more={"word/media/a": b"\0" * 3_000_000}), DOCUMENT) == "archive-ratio"
    assert refused(tmp_path, docx(more={"../evil": b"x"}), DOCUMENT) == "archive-path"
    assert refused(tmp_path, archive({"rows.csv": "a,b"}), DOCUMENT) == "asset-unknown"
    assert refused(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, DOCUMENT) == "document-old"
    assert refused(tmp_path, b"text" + b"\xff\xfe\xfa" * 50, DOCUMENT) == "encoding-unclear"
    assert facts(tmp_path, pdf(encrypted=True), DOCUMENT).remarks == {"document-encrypted"}
    assert facts(tmp_path, docx(more={"word/vbaProject.bin": b"x"}), DOCUMENT).remarks == {"document-macros"}


def test_a_file_of_another_kind_is_told_by_its_content(tmp_path: Path) -> None:
    assert refused(tmp_path, jpeg(), RASTER) == "asset-other"
    assert refused(tmp_path, Raster().made(), DOCUMENT) == "asset-other"
    assert refused(tmp_path, pdf(), PHOTO) == "asset-other"
    assert refused(tmp_path, b"a,b\n1,2\n", PHOTO) == "asset-unknown"
    path = tmp_path / "rows.csv"
    path.write_bytes(replace(Raster(), width=10).made())
    with pytest.raises(Unreadable) as raised:
        open_upload(path)
    assert raised.value.code == "asset-no-rows"
