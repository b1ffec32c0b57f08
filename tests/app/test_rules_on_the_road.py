"""Deliveries with faults: the report, the faulty rows in the sender's format, repairs, drift, removal."""

from __future__ import annotations

import csv
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
import sqlalchemy as sa
from typer.testing import CliRunner

from diban.app import accept_repairs, decide_delivery, faulty_rows, forget_faulty, settle_repairs, sweep_once
from diban.app.commands import application
from diban.governance import Act, Verdict, evidence_of
from diban.ground import NOW, Conflict, Denied, Missing, Scope
from diban.intake import Bound, Delivery, DeliveryState
from diban.quality import Report, Severity
from diban.store import reading, this_process
from tests.app.town import APPROVER, CITY, STEWARD, Town, founded, geojson, plots, square
from tests.postgres import Cluster

W, S, E, N = 113.9500123, 22.6000123, 113.9510123, 22.6010123
BOW = [[W, S], [E, N], [E, S], [W, N], [W, S]]
BOW_TIE = {"type": "Polygon", "coordinates": [BOW]}


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town on each engine, which the tests of this module share."""
    home = tmp_path_factory.mktemp(f"town-{request.param}") / "home"
    if request.param == "embedded":
        with founded(home) as made:
            yield made
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, founded(home, database) as made:
        yield made


def report_of(delivery: Delivery) -> Report:
    assert delivery.report is not None
    return Report.from_json(delivery.report)


def found(delivery: Delivery) -> dict[str, list[int]]:
    """Rows by code."""
    return {one.code: [place.row for place in one.places] for one in report_of(delivery).findings}


def test_every_declared_constraint_is_judged_on_the_road(town: Town) -> None:
    rows = plots(60)
    rows[1][0]["code"] = "Q0001"
    rows[2][0]["floors"] = 500
    rows[3][0]["owner"] = "91350100M000100Y44"
    rows[4][0]["district"] = "440399"
    rows[5][0]["district"] = "440302"  # lies in the other one
    rows[6] = (rows[6][0], BOW_TIE)
    rows[7] = (rows[7][0], square(113.9, 22.51, 0.001))
    rows[9] = ({**rows[8][0], "code": "P0009"}, rows[8][1])
    delivery = town.send("plots", geojson(rows))
    assert delivery.state is DeliveryState.RETURNED
    assert found(delivery) == {
        "field.pattern": [2],
        "field.range": [3],
        "field.check": [4],
        "field.reference": [5],
        "extent.displaced": [6],
        "geometry.self-intersection": [7],
        "geometry.precision": [8],
        "duplicate.exact": [10],
        "crs.untold": [],
    }
    assert delivery.report is not None
    by_name = {one["name"]: one["score"] for one in delivery.report["dimensions"]}
    assert by_name["timeliness"] is None
    assert by_name["accuracy"] < 100 == by_name["completeness"]

    with faulty_rows(town.platform, delivery) as made:
        features = json.loads(made.path.read_text())["features"]
    assert (made.path.suffix, made.rows, made.whole) == (".geojson", 8, True)
    assert [one["properties"]["name"] for one in features] == [f"地块{n}" for n in (*range(1, 8), 8)]
    worst = features[1]["properties"]
    assert worst["floors"] == 500
    assert "120" in worst["_message_zh"]
    assert "120" in worst["_message_en"]
    assert (worst["_rule"], " / " in worst["_remedy"]) == ("值域", True)
    assert features[5]["geometry"] == BOW_TIE
    assert not made.path.parent.exists()


def test_a_large_register_is_held_by_its_boxes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diban.app.journeys.surroundings.MOST_AREAS", 1)
    rows = plots(60)
    rows[4][0]["district"] = "440399"
    rows[5][0]["district"] = "440302"  # lies in the other one
    delivery = town.send("plots", geojson(rows))
    told = found(delivery)
    assert (told["field.reference"], told["extent.displaced"]) == ([5], [6])


def test_the_command_tells_the_report_and_writes_the_rows(town: Town, tmp_path: Path) -> None:
    rows = plots(30)
    rows[12][0]["owner"] = "91350100M000100Y40"
    delivery = town.send("plots", geojson(rows))
    home = str(town.platform.settings.home)
    asked = ["report", delivery.id, "--home", home, "--rows", str(tmp_path / "faulty")]
    for login in ("", "audit.admin"):
        refused = CliRunner().invoke(application, [*asked, "--as", login])
        assert refused.exit_code != 0
        assert not list(tmp_path.iterdir())
    said = CliRunner().invoke(application, [*asked, "--as", STEWARD], env={"LANG": "zh_CN.UTF-8"})
    assert said.exit_code == 0, said.output
    with reading(town.platform.database) as connection:
        noted = connection.execute(
            sa.text("SELECT count(*) FROM audit_line WHERE act = 'delivery.faulty-rows' AND subject = :id"),
            {"id": delivery.id},
        ).scalar_one()
    assert noted == 1
    for words in ("已退回", "field.check", "规范性 58", "时效性 –"):
        assert words in said.output
    (feature,) = json.loads((tmp_path / "faulty.geojson").read_text())["features"]
    assert feature["properties"]["code"] == "P0012"
    as_json = CliRunner().invoke(application, ["report", delivery.id, "--home", home, "--json"])
    assert json.loads(as_json.output) == delivery.report


def test_rows_that_only_the_reader_remarked_come_back_too(town: Town) -> None:
    lines = [",".join([*row, "wkt"]) for row, _ in plots(1)]
    for number, (row, place) in enumerate(plots(20)):
        name = "4.40305E+11" if number == 4 else row["name"]
        shape = shapely.geometry.shape(place).wkt
        lines.append(",".join([*map(str, ({**row, "name": name}).values()), f'"{shape}"']))
    delivery = town.send("plots", "\n".join(lines).encode(), "plots.csv", crs="EPSG:4490")
    assert delivery.state is DeliveryState.RETURNED
    assert found(delivery)["read.number-damaged"] == [5]
    with faulty_rows(town.platform, delivery) as made:
        (row,) = csv.DictReader(made.path.read_text("utf-8-sig").splitlines())
    assert (row["code"], row["name"], "改坏" in row["_message_zh"]) == ("P0004", "4.40305E+11", True)
    ragged = town.send(
        "plots", "\n".join([*lines[:5], "P0099", *lines[7:]]).encode(), "p.csv", crs="EPSG:4490"
    )
    assert "read.rows-ragged" in found(ragged)
    with pytest.raises(Missing), faulty_rows(town.platform, ragged):
        pass


def test_faulty_rows_of_a_geopackage_come_back_as_one(town: Town, tmp_path: Path) -> None:
    rows = plots(40)
    for number in (3, 17):
        rows[number][0]["use"] = "09"
    source = tmp_path / "plots.geojson"
    source.write_bytes(geojson(rows))
    sent = tmp_path / "plots.gpkg"
    _, table = pyogrio.read_arrow(source)
    pyogrio.write_arrow(
        table, sent, layer="地块", driver="GPKG", geometry_name="wkb_geometry", geometry_type="Polygon",
        crs="EPSG:4490",
    )  # fmt: skip
    delivery = town.send("plots", sent.read_bytes(), "plots.gpkg")
    with faulty_rows(town.platform, delivery) as made:
        meta, again = pyogrio.read_arrow(made.path)
    assert (made.path.suffix, meta["crs"]) == (".gpkg", "EPSG:4490")
    assert again.column("name").to_pylist() == ["地块3", "地块17"]
    assert set(again.column("_rule").to_pylist()) == {"代码表"}


def test_a_report_without_faulty_rows_has_no_such_file(town: Town) -> None:
    delivery = town.send("districts", b"no file at all")
    assert delivery.state is DeliveryState.RETURNED
    with pytest.raises(Missing), faulty_rows(town.platform, delivery):
        pytest.fail("there are none")


@pytest.mark.parametrize(
    ("bound", "rows", "whole"),
    [
        (Bound(rows=3), 3, False),
        (Bound(rows=5), 5, True),
        (Bound(rows=9), 5, True),
        (Bound(bytes=1), 5, True),  # a first piece comes in any case
        (Bound(seconds=0), 5, True),
    ],
)
def test_faulty_rows_end_where_they_are_bound_to(town: Town, bound: Bound, rows: int, whole: bool) -> None:
    sent = plots(20)
    for number in (2, 5, 7, 11, 19):
        sent[number][0]["floors"] = 0
    delivery = town.send("plots", geojson(sent))
    with faulty_rows(town.platform, delivery, bound) as made:
        features = json.loads(made.path.read_text())["features"]
    assert [one["properties"]["name"] for one in features] == [f"地块{n}" for n in (2, 5, 7, 11, 19)][:rows]
    assert (made.rows, made.whole) == (rows, whole)


def test_what_a_killed_process_left_is_swept(town: Town) -> None:
    left, present = (town.platform.work / f"faulty-{name}" for name in ("left", "present"))
    for path in (left, present):
        path.mkdir(parents=True)
    os.utime(left, (0, 0))
    incoming = town.platform.settings.home / "originals" / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    gone, alive = incoming / f"{socket.gethostname()}:1:0-aa", incoming / f"{this_process()}-aa"
    for path in (gone, alive):
        path.touch()
    sweep_once(town.platform)
    assert (left.exists(), present.exists()) == (False, True)
    assert (gone.exists(), alive.exists()) == (False, True)
    forget_faulty(town.platform.work, every=True)
    assert not present.exists()


def _with_bow_tie(count: int) -> bytes:
    rows = plots(count)
    rows[6] = (rows[6][0], BOW_TIE)
    return geojson(rows)


def _geometry(town: Town, delivery: Delivery, code: str) -> Any:
    snapshot = town.platform.base.at(delivery.sent.layer, NOW, Scope.system("test"))
    for batch in snapshot.batches():
        for row in batch.to_pylist():
            if row["code"] == code:
                return row["geometry"]
    return None


def _landed(town: Town, delivery: Delivery, accepted_by: str) -> None:
    """It landed repaired, the finding is a notice, and the audit and the evidence say so."""
    assert delivery.state is DeliveryState.LANDED
    (finding,) = (one for one in report_of(delivery).findings if one.flaw.repairable)
    assert (finding.code, finding.severity) == ("geometry.self-intersection", Severity.NOTICE)
    assert finding.flaw.message.en.startswith("repaired: invalid")
    assert _geometry(town, delivery, "P0006")[1:5] == (6).to_bytes(4, "little")  # a multipolygon
    version = town.platform.base.current(delivery.sent.layer)
    assert version is not None
    assert town.platform.base.verify(delivery.sent.layer, version)
    with reading(town.platform.database) as connection:
        (kept,) = (
            one for one in evidence_of(connection) if one.delivery == delivery.id and one.act is Act.LANDED
        )
        assert kept.value["repaired"] == 1
        audit = connection.exec_driver_sql(
            f"select detail from audit_line where act = 'delivery.land' and subject = '{delivery.id}'"
        ).scalar_one()
        assert json.loads(audit)["accepted"] == accepted_by


def test_repairs_land_when_the_sender_accepted_them_beforehand(town: Town) -> None:
    delivery = town.send("plots", _with_bow_tie(41), accept_repairs=True)
    _landed(town, delivery, "sender")


def test_repairs_wait_for_a_person_and_land_by_the_reviewers_word(town: Town) -> None:
    waiting = town.send("plots", _with_bow_tie(42))
    assert waiting.state is DeliveryState.WAITING
    assert report_of(waiting).repairs == 1
    with pytest.raises(Denied):
        decide_delivery(town.platform, waiting.id, Verdict.ACCEPT, "fine", town.asker(STEWARD))
    landed = decide_delivery(town.platform, waiting.id, Verdict.ACCEPT, "fine", town.asker(APPROVER))
    _landed(town, landed, "reviewer")


def test_repairs_land_by_the_senders_later_word(town: Town) -> None:
    waiting = town.send("plots", _with_bow_tie(43))
    assert waiting.state is DeliveryState.WAITING
    with pytest.raises(Denied):
        accept_repairs(town.platform, waiting.id, town.asker(CITY))
    landed = accept_repairs(town.platform, waiting.id, town.asker(STEWARD))
    _landed(town, landed, "sender")
    assert accept_repairs(town.platform, waiting.id, town.asker(STEWARD)).state is DeliveryState.LANDED


def test_a_refused_repair_returns_the_delivery(town: Town) -> None:
    waiting = town.send("plots", _with_bow_tie(44))
    returned = decide_delivery(town.platform, waiting.id, Verdict.RETURN, "draw anew", town.asker(APPROVER))
    assert returned.state is DeliveryState.RETURNED
    with pytest.raises(Conflict):
        accept_repairs(town.platform, waiting.id, town.asker(STEWARD))


def test_a_sender_who_declines_has_it_back(town: Town) -> None:
    waiting = town.send("plots", _with_bow_tie(46))
    home, asked = str(town.platform.settings.home), ["report", waiting.id, "--decline-repairs"]
    refused = CliRunner().invoke(application, [*asked, "--accept-repairs", "--home", home, "--as", STEWARD])
    assert refused.exit_code != 0
    with pytest.raises(Denied):
        settle_repairs(town.platform, waiting.id, False, town.asker(CITY))
    said = CliRunner().invoke(application, [*asked, "--home", home, "--as", STEWARD])
    assert said.exit_code == 0, said.output
    returned = settle_repairs(town.platform, waiting.id, False, town.asker(STEWARD))
    assert returned.state is DeliveryState.RETURNED
    with pytest.raises(Conflict):
        settle_repairs(town.platform, waiting.id, True, town.asker(STEWARD))
    with reading(town.platform.database) as connection:
        acts = [one.act for one in evidence_of(connection) if one.delivery == waiting.id]
    assert acts == [Act.RECEIVED, Act.REVIEWED, Act.RETURNED]


def test_other_errors_return_it_whatever_was_accepted(town: Town) -> None:
    rows = json.loads(_with_bow_tie(45))
    rows["features"][0]["properties"]["floors"] = 0
    delivery = town.send("plots", json.dumps(rows).encode(), accept_repairs=True)
    assert delivery.state is DeliveryState.RETURNED
    assert {one.severity for one in report_of(delivery).findings} == {Severity.ERROR}


def test_rows_that_moved_since_the_last_version_are_told(town: Town) -> None:
    assert town.send("plots", geojson(plots(50))).state is DeliveryState.LANDED
    rows = plots(50)
    for number, north in ((4, 0.0008), (9, 0.0011), (30, -0.0049)):
        shape = rows[number][1]
        assert shape is not None
        ring = [[x, y + north] for x, y in shape["coordinates"][0]]
        rows[number] = (rows[number][0], {"type": "Polygon", "coordinates": [ring]})
    delivery = town.send("plots", geojson(rows))
    assert found(delivery) == {"extent.moved": [10, 31]}  # 89 m, 122 m and 545 m
    assert delivery.state is DeliveryState.LANDED


def test_columns_of_coordinates_are_neither_new_nor_undeclared(town: Town) -> None:
    assert town.send("plots", geojson(plots(50))).state is DeliveryState.LANDED
    rows = plots(50)
    names = list(rows[0][0])
    lines = [",".join([*names, "wkt"])]
    for row, shape in rows:
        assert shape is not None
        ring = ", ".join(f"{x} {y}" for x, y in shape["coordinates"][0])
        lines.append(",".join([*map(str, row.values()), f'"POLYGON (({ring}))"']))
    delivery = town.send("plots", "\n".join(lines).encode(), "plots.csv", crs="EPSG:4490")
    assert delivery.state is DeliveryState.LANDED
    assert {code for code in found(delivery) if code.startswith(("schema", "column"))} == set()
    assert delivery.report is not None
    assert list(delivery.report["delivered"]["columns"]) == names


def test_columns_and_rows_that_went_away_are_told(town: Town) -> None:
    town.send("plots", geojson(plots(50)))
    rows = plots(40)
    for row, _ in rows:
        del row["name"]
        row["storeys"], row["floors"] = 1, str(row["floors"])
    delivery = town.send("plots", geojson(rows))
    assert delivery.state is DeliveryState.WAITING
    findings = {one.code: one for one in report_of(delivery).findings}
    assert set(findings) == {
        *("schema.new", "schema.missing", "schema.retyped", "change.removal"),
        *("column.absent", "column.undeclared"),
    }
    assert findings["change.removal"].count == 10
    assert "storeys" in findings["schema.new"].flaw.message.en
    assert "floors (integer → text)" in findings["schema.retyped"].flaw.message.en
    assert report_of(delivery).passed
