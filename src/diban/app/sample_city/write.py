"""Writing the sample city as its departments would deliver it, with the truth beside it."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from diban.app.sample_city.deliveries import DELIVERIES, Delivery, Round
from diban.app.sample_city.faults import WHOLE_FILE, Planted
from diban.app.sample_city.files import Files
from diban.app.sample_city.forms import few, write_clean, write_faulty
from diban.app.sample_city.ground_rows import division_rows, mesh_roads, water_rows
from diban.app.sample_city.growth import Plan, grow, plan_city
from diban.app.sample_city.parties import write_parties
from diban.app.sample_city.quarter_rows import Registry
from diban.app.sample_city.resources import RESOURCE_OF, RESOURCES
from diban.app.sample_city.rounds import with_additions
from diban.app.sample_city.spool import Spool
from diban.ground import Invalid, Text

_FEWEST = 50


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A delivery as written, with how many rows (1 for a file that is kept whole), and the errors planted."""

    path: Path
    delivery: Delivery
    rows: int
    planted: tuple[Planted, ...] = ()


def write_city(
    folder: Path, *, buildings: int = 4000, seed: int = 1, errors: float = 0.005
) -> list[SampleFile]:
    """Write the city into a folder, which is made if it is not there.

    The first delivery has exactly ``buildings`` of them; `Invalid` for fewer than 50. ``errors`` is
    the share of rows spoilt in the files that are meant to be faulty. Beside the deliveries lie
    ``deliveries.json``, the sheet ``parties.csv``, a description of each resource, and ``truth/``.
    """
    if buildings < _FEWEST:
        raise Invalid(
            Text(zh="样例城市至少要有 50 栋建筑物", en="the sample city takes at least 50 buildings"),
            field="buildings",
            limit=_FEWEST,
        )
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    write_parties(folder / "parties.csv")
    for resource in RESOURCES:
        _write_json(resource.as_json(), folder / f"{resource.slug}.json")
    _write_json([delivery.as_json() for delivery in DELIVERIES], folder / "deliveries.json")
    with tempfile.TemporaryDirectory(dir=folder) as loose:
        spool = Spool(Path(loose))
        files = Files(_draw(spool, buildings, seed), spool, seed)
        written = []
        for delivery in DELIVERIES:
            if delivery.whole:
                files.write(delivery.rows, folder / delivery.file)
                written.append(SampleFile(folder / delivery.file, delivery, 1))
            else:
                written.append(_deliver(delivery, spool, folder, errors, seed))
        _write_truth(spool, written, folder / "truth")
    return written


def _draw(spool: Spool, buildings: int, seed: int) -> Plan:
    """The whole city, onto the disk; and its plan."""
    total = with_additions(buildings)
    plan, rng = plan_city(total, seed), np.random.default_rng([seed, 3])
    spool.put(division_rows(plan, plan.stock, rng) | water_rows(plan, plan.stock))
    spool.put({"roads": mesh_roads(plan, rng)})
    registry, built = Registry(plan), []
    for quarter in grow(plan, total):
        spool.put(registry.enter(quarter, rng))
        built.append(quarter.superblocks)
    spool.put(registry.reserve(np.concatenate(built), rng))
    spool.close()
    return plan


def _deliver(delivery: Delivery, spool: Spool, folder: Path, errors: float, seed: int) -> SampleFile:
    path, tables = folder / delivery.file, spool.rows(delivery.rows)
    planted: list[Planted] = []
    if delivery.file in WHOLE_FILE:
        error, spoil = WHOLE_FILE[delivery.file]
        counted = _Counted(map(spoil, tables))
        planted.append(error)
        write_clean(delivery, counted, path)
    elif delivery.round is Round.FAULTY:
        counted = _Counted(few(tables) if path.suffix == ".xlsx" else tables)
        write_faulty(delivery, counted, path, errors, seed, planted)
    else:
        counted = _Counted(tables)
        write_clean(delivery, counted, path)
    return SampleFile(path, delivery, counted.rows, tuple(sorted(planted, key=lambda one: one.row)))


class _Counted:
    """Tables passed on, their rows counted."""

    def __init__(self, tables: Iterator[pa.Table]) -> None:
        self._tables, self.rows = tables, 0

    def __iter__(self) -> Iterator[pa.Table]:
        return self

    def __next__(self) -> pa.Table:
        table = next(self._tables)
        self.rows += len(table)
        return table


def _write_truth(spool: Spool, written: list[SampleFile], folder: Path) -> None:
    """Every error, every true CRS, every true link, every change."""
    _write_rows(
        folder / "errors.csv",
        ("file", "layer", "row", "key", "kind", "field", "note"),
        (
            (file.path.name, file.delivery.layer, one.row or "", one.key, one.kind, one.field, one.note)
            for file in written
            for one in file.planted
        ),
    )
    placed = [file.delivery for file in written if file.delivery.crs]
    _write_rows(
        folder / "crs.csv",
        ("file", "layer", "true_crs", "declared_crs"),
        ((one.file, one.layer, one.crs, one.declared) for one in placed),
    )
    links = ("table", "row", "key", "address_code", "building_key", "parcel_key")
    _write_rows(folder / "links.csv", links, _rows(spool.rows("links")))
    updates = {file.delivery.layer: file.path.name for file in written if file.delivery.round is Round.UPDATE}
    renewed = [layer for layer in updates if RESOURCE_OF[layer].asset is not None]
    changes = chain(
        _rows(spool.rows("changes")),
        ((layer, RESOURCE_OF[layer].asset, "changed") for layer in renewed),  # a file's key is its kind
    )
    _write_rows(
        folder / "changes.csv",
        ("file", "layer", "key", "change"),
        ((updates[str(row[0])], *row) for row in changes),
    )


def _rows(tables: Iterator[pa.Table]) -> Iterator[tuple[object, ...]]:
    for table in tables:
        yield from zip(*(column.to_pylist() for column in table.columns), strict=True)


def _write_rows(path: Path, heading: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow(heading)
        sheet.writerows(rows)


def _write_json(value: object, path: Path) -> None:
    """A JSON document for people and programs."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
