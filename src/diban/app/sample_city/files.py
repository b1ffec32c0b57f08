"""Deliveries that are a file each, kept whole: the terrain, a specification and a photo."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path

import numpy as np

from diban.app.sample_city.formats import write_docx, write_geotiff, write_photo
from diban.app.sample_city.growth import Plan
from diban.app.sample_city.plane import ORIGIN
from diban.app.sample_city.skyline import skyline_of
from diban.app.sample_city.specification import specification
from diban.app.sample_city.spool import Spool
from diban.app.sample_city.terrain import NODATA, Terrain, terrain_of
from diban.app.sample_city.view import take_view

_EPSG = 4547
_TAKEN = datetime(2026, 4, 21, 10, 20, tzinfo=timezone(timedelta(hours=8)))


class Files:
    """Draws each file of a city whose rows are on the disk."""

    def __init__(self, plan: Plan, spool: Spool, seed: int) -> None:
        self._plan, self._spool, self._seed = plan, spool, seed

    def write(self, rows: str, path: Path) -> None:
        """The file that is called so in a delivery's ``rows``."""
        match rows:
            case "terrain":
                self._write_terrain(path)
            case "city-view":
                self._write_view(path)
            case "buildings-spec":
                write_docx(specification(self._count("buildings")), path)
            case _:
                write_docx(specification(self._count("buildings-update"), self._changes()), path)

    @cached_property
    def _terrain(self) -> Terrain:
        return terrain_of(self._plan.land, np.random.default_rng([self._seed, 4]))

    def _write_terrain(self, path: Path) -> None:
        squares = self._terrain.squares
        write_geotiff(
            self._terrain.heights,
            path,
            corner=(squares.left + ORIGIN.real, squares.top + ORIGIN.imag),
            side=squares.side,
            epsg=_EPSG,
            nodata=NODATA,
            description="Lanwan terrain heights in metres, made up",
        )

    def _write_view(self, path: Path) -> None:
        """Of the main centre, with what is built around it."""
        middle, rng = complex(self._plan.centres.at[0]), np.random.default_rng([self._seed, 5])
        skyline = skyline_of(self._spool.rows("buildings"), middle)
        view = take_view(self._terrain, self._plan.land, skyline, middle, rng)
        write_photo(view, path, _TAKEN, "Lanwan, view of the centre, drawn from the sample city")

    def _count(self, rows: str) -> int:
        return sum(len(table) for table in self._spool.rows(rows))

    def _changes(self) -> Counter[str]:
        """Buildings added, removed and changed in the month."""
        counts = Counter[str]()
        for table in self._spool.rows("changes"):
            pairs = zip(table["layer"].to_pylist(), table["change"].to_pylist(), strict=True)
            counts.update(change for layer, change in pairs if layer == "buildings")
        return counts
