"""Writing the sample city as its departments would deliver it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from diban.app.sample_city.city import draw_up
from diban.app.sample_city.faults import Planted, plant
from diban.app.sample_city.files import features, write_geojson, write_geopackage, write_json
from diban.app.sample_city.layers import SCHEMAS
from diban.app.sample_city.parties import write_parties
from diban.app.sample_city.resources import RESOURCES
from diban.app.sample_city.revision import additions, plan_revision, revised
from diban.ground import Invalid, Text

_FEWEST = 50


class Sort(StrEnum):
    """What a file is for."""

    FIRST = "first"
    """The first delivery of a layer."""
    UPDATE = "update"
    """The same layer a month on, all of it."""
    FAULTY = "faulty"
    """The update as it would be returned: with faults."""
    DESCRIPTION = "description"
    """What a resource is, for its registration."""
    PARTIES = "parties"
    """The departments and their accounts."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file of the sample: for which resource and layer (empty where for none), with how many rows.

    ``planted`` lists the faults of a faulty file; beside it lies the same list as JSON.
    """

    path: Path
    sort: Sort
    resource: str = ""
    layer: str = ""
    rows: int = 0
    planted: tuple[Planted, ...] = ()


def write_city(folder: Path, *, buildings: int = 4000, seed: int = 1) -> list[SampleFile]:
    """Write the city into a folder, which is made if it is not there.

    The first delivery has exactly ``buildings`` of them; `Invalid` for fewer than 50.
    """
    if buildings < _FEWEST:
        raise Invalid(
            Text(zh="样例城市至少要有 50 栋建筑物", en="the sample city takes at least 50 buildings"),
            field="buildings",
            limit=_FEWEST,
        )
    folder.mkdir(parents=True, exist_ok=True)
    revision = plan_revision(buildings, seed)
    total = buildings + additions(buildings)
    tables = dict(draw_up(total, seed).tables)
    second = revised(tables["buildings"], revision)
    first = pa.array(revision.first(total))
    tables["buildings"], tables["addresses"] = (
        tables[slug].take(first) for slug in ("buildings", "addresses")
    )
    write_parties(folder / "parties.csv")
    written = [SampleFile(folder / "parties.csv", Sort.PARTIES)]
    for resource in RESOURCES:
        path = folder / f"{resource.slug}.json"
        write_json(resource.as_json(), path)
        written.append(SampleFile(path, Sort.DESCRIPTION, resource.slug))
        for layer, _, file in resource.layers:
            _write(tables[layer], folder / file, layer)
            written.append(
                SampleFile(folder / file, Sort.FIRST, resource.slug, layer, tables[layer].num_rows)
            )
    update = folder / "buildings-update.gpkg"
    _write(second, update, "buildings")
    written.append(SampleFile(update, Sort.UPDATE, "buildings", "buildings", second.num_rows))
    written.append(_faulty(second, folder, seed))
    return written


def _write(table: pa.Table, path: Path, layer: str) -> None:
    if path.suffix == ".gpkg":
        write_geopackage(table, path, layer, SCHEMAS[layer].geometry)
    else:
        write_geojson(features(table), path)


def _faulty(buildings: pa.Table, folder: Path, seed: int) -> SampleFile:
    rows = features(buildings)
    planted = plant(rows, seed)
    path = folder / "buildings-faulty.geojson"
    write_geojson(rows, path)
    listed = [{"row": one.row, "fault": one.fault, "field": one.field} for one in planted]
    write_json(listed, folder / "buildings-faulty.planted.json")
    return SampleFile(path, Sort.FAULTY, "buildings", "buildings", len(rows), tuple(planted))
