"""What landing is measured against: GDAL's raw GeoPackage copy, and ogr2ogr with COPY into PostGIS."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg
import sqlalchemy as sa

from bench.processes import Run, run

_COPY = """
import sys, time, pyogrio
source, target = sys.argv[1:]
begun = time.perf_counter()
with pyogrio.open_arrow(source, use_pyarrow=True) as (meta, reader):
    pyogrio.write_arrow(
        reader, target, layer="copy", driver="GPKG", geometry_name=meta["geometry_name"],
        geometry_type="Polygon", crs=meta["crs"], layer_options={"SPATIAL_INDEX": "YES"},
    )
print(time.perf_counter() - begun)
"""


def geopackage_copy(source: Path, target: Path) -> float:
    """Seconds of a raw copy from Arrow into a GeoPackage with its index, the process's start left out."""
    target.unlink(missing_ok=True)
    return float(run([sys.executable, "-c", _COPY, str(source), str(target)]).output)


def ogr2ogr_copy(source: Path, database: str) -> Run:
    """`ogr2ogr` with COPY into PostGIS, GiST included."""
    url = sa.make_url(database)
    parts = {
        "dbname": url.database,
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
    }
    target = "PG:" + " ".join(f"{name}='{value}'" for name, value in parts.items() if value)
    command = ["ogr2ogr", "-f", "PostgreSQL", target, str(source), "-nln", "bench_copy", "-overwrite"]
    return run([*command, "-lco", "SPATIAL_INDEX=GIST"], {"PG_USE_COPY": "YES"})


def call_wgs84(database: str) -> None:
    """Let the copy say that it is on WGS 84: peers then answer without transforming coordinates."""
    url = sa.make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "ALTER TABLE bench_copy ALTER COLUMN geom TYPE geometry(Polygon, 4326)"
            " USING ST_SetSRID(geom, 4326)"
        )
        connection.execute("VACUUM ANALYZE bench_copy")
