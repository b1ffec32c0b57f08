"""Sends a sample city down the road in an installation of its own, and keeps what was found."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from diban.app import (
    Letter,
    Platform,
    Settings,
    deliver,
    found,
    give,
    go_forward,
    import_organisation,
    register,
)
from diban.governance import Asker, Via
from diban.ground import Denied, Extent, IllegalMove, LayerScope, new_id
from diban.intake import Delivery
from diban.quality import Report, read_listing
from diban.store import reading

AREA = Extent(113.6, 22.2, 114.8, 23.0)
TRIED = "other"
"""The round that does not land."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One row (0: the file as a whole) that a finding names, and the earlier row that it contradicts."""

    row: int
    code: str
    field: str
    other: int | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found by file, in how many deliveries and rows."""

    faults: dict[str, list[Fault]]
    files: int
    rows: int


def examine_city(folder: Path, home: Path, area: Extent = AREA) -> Trial:
    """What the rules find in every file: the faulty ones, and those in which nothing should be found.

    The first round lands, the other forms of it are only tried. Then, layer by layer, the faulty files come
    before the month's right one: so they are held against the first round of their own layer, and against
    what the departments before them have brought up to date.
    """
    platform, _ = found(Settings(home, "样例", "Sample", area))
    try:
        sheet = folder / "parties.csv"
        import_organisation(platform, sheet.read_bytes(), sheet.name, _asker(platform, "system.admin"))
        sent = json.loads((folder / "deliveries.json").read_text(encoding="utf-8"))
        for slug in dict.fromkeys(one["resource"] for one in sent):
            _publish(platform, json.loads((folder / f"{slug}.json").read_text(encoding="utf-8")), sent)
        crs = _crs(folder)
        faults: dict[str, list[Fault]] = {}
        rows = 0
        layers = list(dict.fromkeys(one["layer"] for one in sent))
        for one in sorted(sent, key=lambda one: _turn(one, layers)):
            delivery = _send(platform, folder, one, crs.get((one["file"], one["layer"])))
            faults.setdefault(one["file"], []).extend(_faults(platform, delivery))
            rows += int((delivery.report or {}).get("rows", 0))
        return Trial(faults, len(sent), rows)
    finally:
        platform.close()


def _turn(one: dict[str, str], layers: list[str]) -> tuple[int, int]:
    """When a delivery's turn comes: first, other, then faulty before update in the order of layers."""
    if one["round"] in ("first", TRIED):
        return -2 + (one["round"] == TRIED), 0
    return layers.index(one["layer"]), int(one["round"] == "update")


def _publish(platform: Platform, description: dict[str, object], sent: list[dict[str, str]]) -> None:
    """Every account takes the steps that are its own, until nobody has one left."""
    steward = next(one["sender"] for one in sent if one["resource"] == description["slug"])
    register(platform, description, _asker(platform, steward))
    with reading(platform.database) as connection:
        logins = [steward, *(account.login for account in platform.accounts.list(connection))]
    for login in (*logins, *logins):
        with suppress(Denied, IllegalMove):
            go_forward(platform, str(description["slug"]), _asker(platform, login))
    for layer in (one for one in sent if one["resource"] == description["slug"]):
        for login in logins:  # whoever may: others refer to its codes
            with suppress(Denied):
                give(platform, layer["layer"], "", LayerScope(), "核对", "核对", _asker(platform, login))
                break


def _crs(folder: Path) -> dict[tuple[str, str], str]:
    """The sender's word where the file says nothing: the truth."""
    path = folder / "truth" / "crs.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as sheet:
        return {
            (line["file"], line["layer"]): line["true_crs"]
            for line in csv.DictReader(sheet)
            if not line["declared_crs"]
        }


def _send(platform: Platform, folder: Path, one: dict[str, str], crs: str | None) -> Delivery:
    path = folder / one["file"]
    key = f"{one['file']}:{one['layer']}"
    source_layer, tried = one["source_layer"] or None, one["round"] == TRIED
    letter = Letter(one["layer"], path.name, key, source_layer=source_layer, crs=crs, dry_run=tried)
    with path.open("rb") as stream:
        return deliver(platform, stream, letter, _asker(platform, one["sender"]))


def _faults(platform: Platform, delivery: Delivery) -> Iterator[Fault]:
    report = Report.from_json(delivery.report or {})
    listed = set()
    if report.listing is not None:
        for batch in read_listing(platform.blobs.path(report.listing)):
            for line in batch.to_pylist():
                listed.add(line["code"])
                yield Fault(line["row"], line["code"], line["field"] or "", line["other"])
    for finding in report.findings:
        if finding.code not in listed:  # said of the file, or by its reader
            rows = [place.row for place in finding.places] or [0]
            yield from (Fault(row, finding.code, finding.flaw.field or "", None) for row in rows)


def _asker(platform: Platform, login: str) -> Asker:
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        assert account is not None, login
        return platform.accounts.asker(connection, account.id, Via.COMMAND, new_id("req"))
