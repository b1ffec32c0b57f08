"""`make bench`: every benchmark in one run; figures go to `docs/benchmarks.md`."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from pathlib import Path

from bench.data import write_geopackage
from bench.landing import Landing, land
from bench.peers import geopackage_copy, ogr2ogr_copy
from bench.place import make_place
from bench.queries import page_milliseconds
from bench.report import Figure, write_table
from bench.writes import Writer
from tests.postgres import running_cluster

FOLDER = Path(os.environ.get("DIBAN_BENCH", ".bench"))
OUT = Path("docs/benchmarks.md")
SMALL, LARGE, ROUNDS = 500_000, 5_000_000, 3


def main() -> None:
    """Measure, print, record."""
    load = os.getloadavg()
    small, large = FOLDER / "small.gpkg", FOLDER / "large.gpkg"
    write_geopackage(small, SMALL)
    write_geopackage(large, LARGE)
    os.sync()  # nothing of this is still on its way to the disk while others are timed
    figures = [*_embedded(small, large), *_postgis(small)]
    write_table(OUT, "Benchmarks", "`make bench`", figures, load)
    sys.exit(0 if all(figure.clears for figure in figures) else 1)


def _embedded(small: Path, large: Path) -> list[Figure]:
    landings: list[Landing] = []
    copies: list[float] = []
    for _ in range(ROUNDS):  # in turn, so that a change of the machine's speed meets both
        copies.append(geopackage_copy(small, FOLDER / "copy.gpkg"))
        place = make_place(FOLDER / "small")
        landings.append(land(place, small))
    seconds, copy = statistics.median(one.seconds for one in landings), statistics.median(copies)
    memory = statistics.median(one.peak_mb for one in landings)
    big = make_place(FOLDER / "large")
    with Writer(big) as watch:
        landed = land(big, large)
    page, page_large = page_milliseconds([(place, SMALL), (big, LARGE)])
    place.platform.close()
    big.platform.close()
    ratio, growth = copy / seconds, landed.peak_mb / memory
    return [
        Figure(
            f"landing {SMALL:,} polygons, embedded, against GDAL's raw GeoPackage copy",
            f"{seconds:.2f} s against {copy:.2f} s: {ratio:.2f}× ({SMALL / seconds:,.0f} rows/s)",
            "≥ 0.5×",
            ratio >= 0.5,
        ),
        Figure(
            f"landing {LARGE:,} polygons, embedded",
            f"{landed.seconds:.1f} s ({LARGE / landed.seconds:,.0f} rows/s)",
            "–",
            True,
        ),
        Figure(
            f"other acts while {LARGE:,} rows land, p50 / p99 / longest",
            f"{watch.percentile(0.5):.1f} / {watch.percentile(0.99):.0f} / {max(watch.milliseconds):.0f} ms "
            f"of {len(watch.milliseconds):,}",
            "p99 ≤ 250 ms",
            watch.percentile(0.99) <= 250,
        ),
        Figure(
            "largest write-ahead log meanwhile", f"{watch.wal_mb:.0f} MB", "≤ 256 MB", watch.wal_mb <= 256
        ),
        Figure(
            f"peak memory, {LARGE:,} rows against {SMALL:,}",
            f"{landed.peak_mb:.0f} MB against {memory:.0f} MB: {growth:.2f}×",
            "≤ 1.2×",
            growth <= 1.2,
        ),
        Figure(
            "page of 100 in a 0.01° box, ten times the area at equal density, p50",
            f"{page_large:.2f} ms against {page:.2f} ms: {page_large / page:.2f}×",
            "≤ 1.3×",
            page_large / page <= 1.3,
        ),
    ]


def _postgis(small: Path) -> list[Figure]:
    if shutil.which("ogr2ogr") is None:
        return [Figure("landing in PostGIS", "ogr2ogr is absent", "≥ 1×", False)]
    ours: list[float] = []
    theirs: list[float] = []
    with running_cluster() as cluster:
        for number in range(ROUNDS):
            with cluster.database() as database:
                theirs.append(ogr2ogr_copy(small, database).seconds)
            with cluster.database() as database:
                place = make_place(FOLDER / f"postgis{number}", database)
                ours.append(land(place, small).seconds)
                place.platform.close()
    found, peer = statistics.median(ours), statistics.median(theirs)
    return [
        Figure(
            f"landing {SMALL:,} polygons, PostGIS, against ogr2ogr with COPY",
            f"{found:.2f} s against {peer:.2f} s: {peer / found:.2f}×",
            "≥ 1×",
            peer / found >= 1,
        )
    ]


if __name__ == "__main__":
    main()
