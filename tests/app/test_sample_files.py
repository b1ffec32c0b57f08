"""The sample city's files that are kept whole, as programs of others read them: terrain, document, photo."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from diban.app.sample_city import write_city
from diban.app.sample_city.growth import Plan, plan_city
from diban.app.sample_city.layers import SCHEMAS
from diban.app.sample_city.painted import Squares, covered
from diban.app.sample_city.plane import ORIGIN, Flags
from diban.app.sample_city.rounds import with_additions
from diban.app.sample_city.terrain import NODATA, Terrain, terrain_of
from diban.ground import GAUSS_114E, WGS84, project
from tests.needs import absent

BUILDINGS, SEED = 600, 4
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/"
EXIF, GPS = 0x8769, 0x8825


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files")
    write_city(made, buildings=BUILDINGS, seed=SEED)
    return made


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_city(with_additions(BUILDINGS), SEED)


@pytest.fixture(scope="module")
def terrain(plan: Plan) -> Terrain:
    return terrain_of(plan.land, np.random.default_rng([SEED, 4]))


def gdal(program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        absent(f"GDAL ({program})", "`make system` installs it")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# The terrain


def test_gdal_reads_the_terrain_where_it_lies(folder: Path, terrain: Terrain) -> None:
    told: dict[str, Any] = json.loads(gdal("gdalinfo", "-json", str(folder / "terrain.tif")))
    squares, (band,) = terrain.squares, told["bands"]
    corner = squares.left + ORIGIN.real, squares.top + ORIGIN.imag
    assert told["size"] == [squares.columns, squares.rows]
    assert told["geoTransform"] == [corner[0], squares.side, 0, corner[1], 0, -squares.side]
    assert told["stac"]["proj:epsg"] == int(GAUSS_114E.code.removeprefix("EPSG:"))
    assert (band["type"], band["noDataValue"], band["unit"]) == ("Float32", NODATA, "m")
    assert told["metadata"]["IMAGE_STRUCTURE"]["COMPRESSION"] == "DEFLATE"


def test_the_file_holds_the_heights_of_the_model(folder: Path, terrain: Terrain, tmp_path: Path) -> None:
    raw = tmp_path / "heights"
    gdal("gdal_translate", "-q", "-of", "ENVI", str(folder / "terrain.tif"), str(raw))
    heights = np.fromfile(raw, "<f4").reshape(terrain.heights.shape)
    assert np.array_equal(heights, terrain.heights)


def test_the_heights_are_those_of_the_land(plan: Plan, terrain: Terrain) -> None:
    """Told from the shapes by another way than that by which they were drawn."""
    squares, heights = terrain.squares, terrain.heights.ravel()
    x, y = (axis.ravel() for axis in np.meshgrid(squares.x, squares.y))

    def within(shapes: npt.NDArray[np.object_]) -> Flags:
        ground = shapely.union_all(shapes)
        shapely.prepare(ground)
        found: Flags = shapely.contains_xy(ground, x, y)
        return found

    dry, hills = within(np.array([plan.land.land])), within(plan.land.hills)
    assert np.array_equal(dry, heights != NODATA)
    assert heights[dry].min() > 0
    assert 500 < heights.max() < 1000
    assert heights[hills].mean() > 3 * heights[dry & ~hills].mean()
    shore = dry & within(np.array([shapely.buffer(plan.land.land.boundary, 60)]))
    assert np.median(heights[shore]) < 12
    for lake in plan.land.lakes:
        assert len(np.unique(heights[within(np.array([lake])) & dry])) == 1
    assert not np.array_equal(heights, terrain_of(plan.land, np.random.default_rng(9)).heights.ravel())


@given(st.integers(0, 2**32 - 1))
def test_what_shapes_cover_is_what_they_contain(seed: int) -> None:
    rng = np.random.default_rng(seed)
    around = np.sort(rng.uniform(0, 2 * np.pi, 9))
    shell = np.exp(1j * around) * rng.uniform(30, 90, 9)
    outline = shapely.polygons(np.stack([shell.real, shell.imag], axis=-1)).buffer(0)
    shape = outline.difference(shapely.Point(*rng.uniform(-20, 20, 2)).buffer(12))
    squares = Squares.over(shapely.box(-60, -60, 60, 60), 7.0)  # a part of it lies outside
    x, y = np.meshgrid(squares.x, squares.y)
    assert np.array_equal(covered(np.array([shape]), squares), shapely.contains_xy(shape, x, y))


# The photo


def test_the_photo_was_taken_in_the_city(folder: Path, plan: Plan, terrain: Terrain) -> None:
    with Image.open(folder / "city-view.jpg") as picture:
        exif, pixels = picture.getexif(), np.asarray(picture)
    taken, gps = exif.get_ifd(EXIF), exif.get_ifd(GPS)
    assert (taken[36867], taken[36881]) == ("2026:04:21 10:20:00", "+08:00")
    assert (gps[1], gps[3], gps[5], gps[18]) == ("N", "E", b"\0", "WGS-84")
    latitude, longitude = (sum(float(part) / 60**n for n, part in enumerate(gps[tag])) for tag in (2, 4))
    ((east, north),) = project(np.array([[longitude, latitude]]), WGS84, GAUSS_114E)
    place = complex(east, north) - ORIGIN
    assert plan.land.land.contains(shapely.Point(place.real, place.imag))
    ground = terrain.at(np.array([place.real]), np.array([place.imag]))[0]
    assert 20 < float(gps[6]) - ground < 120
    way = complex(plan.centres.at[0]) - place
    assert float(gps[17]) == pytest.approx(np.degrees(np.angle(1j / way)) % 360, abs=0.1)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 5_000
    sky, ground_below = pixels[:100].mean(axis=(0, 1)), pixels[-100:].mean(axis=(0, 1))
    assert sky[2] > sky[0]  # blue above,
    assert ground_below[1] > ground_below[2]  # woods below


# The document


def test_the_document_is_whole_and_says_what_the_layer_is(folder: Path) -> None:
    for name in ("buildings-spec.docx", "buildings-spec-update.docx"):
        text = "\n".join(_document(folder / name))
        for field in SCHEMAS["buildings"].fields:
            assert field.name in text
            assert f"{field.title.zh} {field.title.en}" in text
            assert all(f"{code.value}\n{code.title.zh}\n{code.title.en}" in text for code in field.codes)


def test_the_second_issue_tells_the_changes_of_the_month(folder: Path) -> None:
    with (folder / "truth" / "changes.csv").open(encoding="utf-8", newline="") as file:
        changes = Counter(row["change"] for row in csv.DictReader(file) if row["layer"] == "buildings")
    first, second = (_document(folder / f"buildings-spec{which}.docx") for which in ("", "-update"))
    assert f"{BUILDINGS:,}" in first
    assert f"{BUILDINGS + changes['added'] - changes['removed']:,}" in second
    for words, change in (("新增 added", "added"), ("拆除 removed", "removed"), ("变更 changed", "changed")):
        assert second[second.index(words) + 1] == str(changes[change])
        assert words not in first


def _document(path: Path) -> list[str]:
    """The paragraphs of a document, every part of which is there and is named with its type."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    types = parts["[Content_Types].xml"]
    named = {one.get("PartName", "") for one in types.iter(f"{PACKAGE}content-types}}Override")}
    assert {f"/{name}" for name in parts if not name.endswith(".rels")} - {"/[Content_Types].xml"} == named
    for name, root in (("", parts["_rels/.rels"]), ("word/", parts["word/_rels/document.xml.rels"])):
        related = {one.get("Target", "") for one in root.iter(f"{PACKAGE}relationships}}Relationship")}
        assert related
        assert {f"{name}{target}" for target in related} <= parts.keys()
    paragraphs = parts["word/document.xml"].iter(f"{WORD}p")
    return ["".join(run.text or "" for run in one.iter(f"{WORD}t")) for one in paragraphs]
