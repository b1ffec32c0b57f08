"""Real files, opened in the sandbox, against what GDAL reads of them without one."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely

from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.uploads import Read, read, read_here


def _bare(path: Path, layer: str | None) -> tuple[pa.Table, str]:
    with pyogrio.open_arrow(path, layer=layer, use_pyarrow=True) as (meta, reader):
        return reader.read_all(), meta["geometry_name"] or "wkb_geometry"


def _equals_gdal(found: Read, path: Path, layer: str | None = None) -> None:
    bare, geometry = _bare(path, layer)
    assert found.table.num_rows == found.source.rows == bare.num_rows
    for name in bare.column_names:
        if name != geometry:
            assert found.column(name) == bare.column(name).to_pylist()
    if geometry in bare.column_names:
        mine = shapely.from_wkb(found.column("geometry"))
        theirs = shapely.from_wkb(bare.column(geometry).to_pylist())
        assert shapely.equals_identical(mine, theirs).all()


def test_nanshan_buildings(test_data: Path) -> None:
    path = test_data / "03_buildings_3dcity/maptalks.three/demo/data/nanshan-building.geojson"
    found = read(path)
    _equals_gdal(found, path)
    assert (found.source.rows, found.source.geometry_type) == (10, "MultiPolygon")
    assert shapely.get_num_geometries(shapely.from_wkb(found.column("geometry"))).sum() > 1_000


def test_geojson_of_the_city_with_its_crs(test_data: Path) -> None:
    folder = test_data / "01_admin/industry-map-v2"
    projected = read(folder / "ShenZhen 4 lisa.geojson")
    assert (projected.source.rows, projected.source.crs) == (641, "urn:ogc:def:crs:EPSG::32649")
    districts = read(folder / "深圳市.geojson")
    _equals_gdal(districts, folder / "深圳市.geojson")
    assert "南山区" in districts.column("name")


def test_geojson_conformance_fixtures(test_data: Path) -> None:
    paths = sorted((test_data / "09_conformance/geojson-fixtures/data").rglob("*.geojson"))
    assert len(paths) == 16
    for path in paths:
        found = read(path)
        _equals_gdal(found, path)
        assert found.table.num_rows == (3 if path.parent.name == "featurecollection" else 1)
        if path.stem.endswith("xyz"):
            assert shapely.has_z(shapely.from_wkb(found.column("geometry"))).all()


@pytest.mark.parametrize("name", ["b_pump", "buildings", "grd_addr", "nc", "nospatial", "tl"])
def test_geopackages_of_other_programs(name: str, test_data: Path) -> None:
    path = test_data / f"09_conformance/sf/inst/gpkg/{name}.gpkg"
    _equals_gdal(read(path), path)


def test_each_layer_of_several(test_data: Path) -> None:
    path = test_data / "09_conformance/ogcapi-features/cql2/standard/data/ne110m4cql2.gpkg"
    for layer in pyogrio.list_layers(path)[:, 0]:
        _equals_gdal(read(path, layer=layer), path, layer)


_TABLES = (".csv", ".xlsx", ".parquet")
_CLEAN = {"encoding-unclear", "format-unknown", "layer-needed"}


def test_every_table_reads_or_says_why_not(test_data: Path) -> None:
    """Printed with ``-s``: each file, its format, rows, columns with places, and what was met."""
    outcomes: dict[str, str] = {}
    for path in sorted(path for path in test_data.rglob("*") if path.suffix in _TABLES):
        name = str(path.relative_to(test_data))
        try:
            found = read_here(path)
        except Unreadable as fault:
            outcomes[name] = fault.code
            continue
        met = ", ".join(sorted(found.codes())) or "–"
        outcomes[name] = (
            f"{found.source.format} | {found.table.num_rows} | {found.source.geometry_type} | {met}"
        )
    print(*(f"| {name} | {outcome} |" for name, outcome in outcomes.items()), sep="\n")  # noqa: T201 - the table
    assert len(outcomes) > 50
    assert {outcome for outcome in outcomes.values() if "|" not in outcome} <= _CLEAN
    rows = {outcome.rpartition("|")[0] for outcome in outcomes.values()}
    assert "CSV | 41352 | None " in rows  # streets
    assert "CSV | 1362 | Point " in rows  # charging stations
