"""Real files with coordinates, what is true of each, and what detection makes of them."""

from __future__ import annotations

import ast
import csv
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from diban.ground import GEOMETRY, Crs, Extent, GeometryKind, Invalid, Schema, source_crs
from diban.intake import Basis, Districts, Reference, Verdict, detect, match_columns, sample_of
from tests.intake.detect.outcomes import outcome

SHENZHEN, SHANGHAI = Extent(113.6, 22.2, 114.8, 23.0), Extent(120.8, 30.6, 122.3, 31.9)
CHINA, WORLD = Extent(73, 3, 136, 54), Extent(-180, -90, 180, 90)
NEW_YORK, LOS_ANGELES = Extent(-74.3, 40.4, -73.6, 41.0), Extent(-118.9, 33.6, -117.9, 34.5)
ALEXANDRIA, OLINDA = Extent(-77.2, 38.7, -76.9, 38.9), Extent(-35.1, -8.2, -34.7, -7.8)
CAROLINA, KENTUCKY = Extent(-84.5, 33.5, -75.2, 36.8), Extent(-89.6, 36.4, -81.9, 39.2)
NORTH_ATLANTIC, LONDON, MAINE = (
    Extent(-110, 0, 10, 70),
    Extent(-0.6, 51.2, 0.4, 51.8),
    Extent(-73, 42, -70, 46),
)
HONG_KONG, GUANGDONG = Extent(113.8, 22.1, 114.5, 22.6), Extent(109.6, 20.1, 117.4, 25.6)
DISTRICTS = "01_admin/transbigdata/docs/source/gallery/data/sz.json"
DEGREES, REFUSED = "EPSG:4326", "refused"


@dataclass(frozen=True, slots=True)
class File:
    """A file: where it lies, its city, the true CRS (or that its own is refused), how it is read."""

    path: str
    city: Extent
    truth: str
    read: Callable[[Path], tuple[pa.Table, str | None, Basis | None]] | None = None
    held: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """A file's row of the table."""

    path: str
    cells: tuple[str, ...]
    outcome: str


def _vector(path: Path) -> tuple[pa.Table, str | None, Basis | None]:
    """What GDAL reads, and what the file itself says of its CRS."""
    gbk = "GBK" if path.suffix == ".shp" and "gbk" in path.name else None
    layer = pyogrio.list_layers(path)[0, 0]
    meta, table = pyogrio.read_arrow(path, layer=layer, max_features=5_000, encoding=gbk)
    name = meta["geometry_name"] or "wkb_geometry"
    table = table.rename_columns([GEOMETRY if one == name else one for one in table.column_names])
    stated = meta["crs"] is not None
    if path.suffix in (".json", ".geojson"):
        stated = '"crs"' in path.read_text(encoding="utf-8")[:100_000]
        return table, meta["crs"] if stated else "OGC:CRS84", Basis.FILE if stated else Basis.FORMAT
    return table, meta["crs"], Basis.FILE if stated else None


def _points(places: Sequence[Sequence[float]], **texts: Sequence[str]) -> tuple[pa.Table, None, None]:
    shapes = shapely.to_wkb(shapely.points(np.array(places, np.float64)))
    return pa.table({**texts, GEOMETRY: pa.array(shapes, pa.binary())}), None, None


def _csv(x: str, y: str, text: str | None = None) -> Callable[[Path], tuple[pa.Table, None, None]]:
    def read(path: Path) -> tuple[pa.Table, None, None]:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row[x] and row[y]]
        texts = {} if text is None else {text: [row[text] for row in rows]}
        return _points([(float(row[x]), float(row[y])) for row in rows], **texts)

    return read


def _campuses(path: Path) -> tuple[pa.Table, None, None]:
    rows = [row for row in json.loads(path.read_bytes()) if row["city"] == "深圳市"]
    places = [(row["location"]["lng"], row["location"]["lat"]) for row in rows]
    return _points(places, area=[row["area"] for row in rows])


def _parking_sheet(path: Path) -> tuple[pa.Table, None, None]:
    _, table = pyogrio.read_arrow(path)
    places = list(zip(table["Field4"].to_pylist(), table["Field3"].to_pylist(), strict=True))
    return _points(places, address=table["Field5"].to_pylist())


def _parking(path: Path) -> tuple[pa.Table, None, None]:
    return _points(list(json.loads(path.read_bytes()).values()))


def _flow(path: Path) -> tuple[pa.Table, None, None]:
    return _points([place for way in json.loads(path.read_bytes()) for place in way])


def _stops(path: Path) -> tuple[pa.Table, None, None]:
    """Each line's stops stand in one cell, as a list of ``x,y``."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        cells = [ast.literal_eval(row["stationgeo"]) for row in csv.DictReader(stream)]
    return _points([[float(part) for part in place.split(",")] for cell in cells for place in cell])


def _trips(path: Path) -> tuple[pa.Table, None, None]:
    return _points([row["gcoordinate"] for row in json.loads(path.read_bytes())])


def _lines(path: Path) -> tuple[pa.Table, str, Basis]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        features = [json.loads(line)["geometry"] for line in islice(stream, 5_000)]
    shapes = shapely.from_geojson([json.dumps(geometry) for geometry in features])
    table = pa.table({GEOMETRY: pa.array(shapely.to_wkb(shapes), pa.binary())})
    return table, "OGC:CRS84", Basis.FORMAT


_ADMIN, _SF, _KY = "01_admin", "09_conformance/sf/inst", "05_underground/WNTR/examples/data"
_BUILDINGS = "03_buildings_3dcity/maptalks.three"
_PARKING = "06_address_poi/Shenzhen_ParkingMap"
UNKNOWN = "?"
"""Nobody has said in which CRS these are: the verdict stands in the table and does not count."""

FILES = (
    File(DISTRICTS, SHENZHEN, DEGREES, held=False),
    File(f"{_ADMIN}/pygeo-tutorial/shapefile/sz.shp", SHENZHEN, DEGREES),
    File(f"{_ADMIN}/pygeo-tutorial/shapefile/grid/grid.shp", SHENZHEN, DEGREES),
    File(f"{_ADMIN}/shenzhen-boundary/shenzhen.geojson", SHENZHEN, DEGREES),
    File(f"{_ADMIN}/ST-EVCDP/datasets/SZ_districts/SZ_districts.shp", SHENZHEN, "EPSG:3857"),
    File(f"{_ADMIN}/derived_gbk_shp/sz_districts_gbk.shp", SHENZHEN, "GCJ-02"),
    File(f"{_ADMIN}/industry-map-v2/深圳市.geojson", SHENZHEN, "GCJ-02"),
    File(f"{_ADMIN}/industry-map-v2/ShenZhen 4 lisa.geojson", SHENZHEN, "EPSG:32649"),
    File(f"{_ADMIN}/GeoMapData_CN/citys/440300.json", SHENZHEN, "GCJ-02"),
    File(f"{_ADMIN}/GeoMapData_CN/province/440000.json", GUANGDONG, "GCJ-02", held=False),
    File(f"{_ADMIN}/GeoMapData_CN/province/810000.json", HONG_KONG, "GCJ-02", held=False),
    File(f"{_ADMIN}/GeoMapData_CN/china.json", CHINA, "GCJ-02", held=False),
    File(f"{_ADMIN}/transbigdata/docs/source/gallery/data/shanghai.json", SHANGHAI, UNKNOWN, held=False),
    File(f"{_ADMIN}/transbigdata/docs/source/gallery/data/busline.json", SHANGHAI, UNKNOWN, held=False),
    File(
        f"{_ADMIN}/chinese_province_city_area_mapper/cpca/resources/adcodes.csv", CHINA, UNKNOWN,
        _csv("longitude", "latitude"), held=False,
    ),
    File("02_osm_transport/pygeo-tutorial/data-sample/busline.csv", SHENZHEN, UNKNOWN, _stops),
    File(f"{_BUILDINGS}/demo/data/nanshan-building.geojson", SHENZHEN, UNKNOWN),
    File(f"{_BUILDINGS}-ny/ny_buildings.geojsonl.gz", NEW_YORK, DEGREES, _lines, held=False),
    *(
        File(f"{_KY}/ky4_{part}.geojson", KENTUCKY, REFUSED, held=False)
        for part in (
            *("pipes", "pumps", "disconnected_pipes", "disconnected_pumps"),
            *("junctions", "reservoirs", "tanks"),
        )
    ),
    File(f"{_PARKING}/深圳市停车场数据集/park_no_repeat.xlsx", SHENZHEN, "BD-09", _parking_sheet),
    File(f"{_PARKING}/Shenzhen_ParkingMap_V3/data/parkinglots/lng_lat.json", SHENZHEN, "BD-09", _parking),
    File(f"{_PARKING}/Shenzhen_ParkingMap_V3/data/parkingflow/2018年1月27日.json", SHENZHEN, UNKNOWN, _flow),
    File("06_address_poi/UrbanEV/data/inf.csv", SHENZHEN, UNKNOWN, _csv("longitude", "latitude")),
    File("06_address_poi/UrbanEV/data/inf_raw.csv", SHENZHEN, UNKNOWN, _csv("longitude", "latitude")),
    File(
        "06_address_poi/The-Location-Data-of-Schools-in-China/大学-8084.json", SHENZHEN, "BD-09", _campuses
    ),
    File("07_sensors/ST-EVCDP/datasets/stations.csv", SHENZHEN, UNKNOWN, _csv("longitude", "latitude")),
    File("07_sensors/ST-EVCDP/datasets/information.csv", SHENZHEN, UNKNOWN, _csv("lon", "la")),
    File("07_sensors/Shenzhen-Taxi-OD/data/delivery_OD_SZ.json", SHENZHEN, UNKNOWN, _trips),
    File("07_sensors/Shenzhen-Taxi-OD/data/vacancy_OD_SZ.json", SHENZHEN, UNKNOWN, _trips),
    File("07_sensors/pygeo-tutorial/data-sample/taxi-price.csv", SHENZHEN, UNKNOWN, _csv("Lng", "Lat")),
    File("07_sensors/PM2.5-GNN/data/station_info.csv", CHINA, UNKNOWN, _csv("lon", "lat"), held=False),
    File(
        "07_sensors/DCRNN/data/sensor_graph/graph_sensor_locations.csv", LOS_ANGELES, DEGREES,
        _csv("longitude", "latitude"), held=False,
    ),
    File("08_terrain_marine/OpenCPN/data/basemap_shp/basemap_crude_10x10.shp", WORLD, DEGREES, held=False),
    File("08_terrain_marine/geo-maps/previews/earth-coastlines.geo.json", WORLD, DEGREES, held=False),
    File("08_terrain_marine/data/elevation/buildings.shp", ALEXANDRIA, DEGREES, held=False),
    File("08_terrain_marine/data/elevation/buildings.geojson", ALEXANDRIA, DEGREES, held=False),
    File("09_conformance/ogcapi-features/cql2/standard/data/ne110m4cql2.gpkg", WORLD, DEGREES, held=False),
    File(f"{_SF}/shape/nc.shp", CAROLINA, REFUSED, held=False),
    File(f"{_SF}/gpkg/nc.gpkg", CAROLINA, REFUSED, held=False),
    File(f"{_SF}/gpkg/tl.gpkg", MAINE, REFUSED, held=False),
    File(f"{_SF}/gpkg/grd_addr.gpkg", CAROLINA, REFUSED, held=False),
    File(f"{_SF}/gpkg/buildings.gpkg", LONDON, REFUSED, held=False),
    File(f"{_SF}/gpkg/b_pump.gpkg", LONDON, REFUSED, held=False),
    File(f"{_SF}/shape/olinda1.shp", OLINDA, REFUSED, held=False),
    *(
        File(f"{_SF}/shape/storms_{kind}.shp", NORTH_ATLANTIC, DEGREES, held=False)
        for kind in ("xyz", "xyz_feature", "xyzm", "xyzm_feature")
    ),
)  # fmt: skip


def judged_files(folder: Path) -> Iterator[Judged]:
    """Every file, held against the city's districts (WGS 84) where it is Shenzhen's, else its city's box."""
    districts = _districts(folder / DISTRICTS)
    for file in FILES:
        table, stated, basis = (file.read or _vector)(folder / file.path)
        reference = Reference(file.city, districts if file.held else None)
        name = file.path.rpartition("/")[2]
        held = "districts" if file.held else "box"
        try:
            declared = None if stated is None else source_crs(stated)
        except Invalid:
            what = "refused" if file.truth == REFUSED else "false"
            yield Judged(
                file.path, (name, _short(stated), file.truth, "–", "not one that is taken", what), what
            )
            continue
        verdict, what = _judge(table, declared, basis, reference, file.truth)
        shown = (name, _short(stated), file.truth, held, verdict, what)
        yield Judged(file.path, shown, what)


def _judge(
    table: pa.Table, declared: Crs | None, basis: Basis | None, reference: Reference, truth: str
) -> tuple[str, str]:
    schema = Schema((), GeometryKind.ANY)
    columns = match_columns([], None, schema)
    found = detect(sample_of(table.to_batches(), table.schema, columns, schema), declared, basis, reference)
    verdict = {
        Verdict.SURE: "holds",
        Verdict.TAKEN: "taken; cannot be told",
        Verdict.ASK: "asks; cannot tell",
    }[found.verdict]
    if found.proposal is not None:
        verdict = f"asks; proposes {found.proposal.code}"
    return verdict, "–" if truth == UNKNOWN else outcome(found, source_crs(truth))


def _short(stated: str | None) -> str:
    return "nothing" if stated is None else stated.partition("[")[0][:20]


def _districts(path: Path) -> Districts:
    _, table = pyogrio.read_arrow(path)
    shapes = shapely.from_wkb(table.column("wkb_geometry").to_pylist())
    # The file has short names; a layer of districts has the official ones.
    names = [f"{name}新区" if name == "大鹏" else f"{name}区" for name in table["qh"].to_pylist()]
    return Districts(shapes, tuple((name,) for name in names))
