"""Deliveries by the client, from a file to every outcome."""

from __future__ import annotations

import csv
import hashlib
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
import shapely

from diban.client import Client, Conflict, Denied, Missing, Progress, Unauthenticated, Unfinished
from diban.client.uploading import CHUNK
from diban.ground import CRS84, GAUSS_114E, project
from tests.client.city import LOTS, ROWS, City, Row, lots_csv
from tests.client.way import way_to

DEGREES = "EPSG:4490"
BIG = 9_000_000
"""Bytes of a file that takes several pieces."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Lots, as a table."""
    path = tmp_path / "地块.csv"
    path.write_bytes(lots_csv())
    return path


def faulty(row: Row) -> Row:
    return row | {"floors": "many"} if row["code"].endswith("5") else row


def in_metres(row: Row) -> Row:
    shape = shapely.transform(shapely.from_wkt(row["wkt"]), lambda points: project(points, CRS84, GAUSS_114E))
    return row | {"wkt": shape.wkt}


def large(row: Row) -> Row:
    """Some 40 kB for each row, which no packing makes smaller on the way."""
    words = [
        hashlib.sha256(f"{row['code']}{number}".encode()).hexdigest() for number in range(BIG // ROWS // 64)
    ]
    return row | {"name": "".join(words)}


def test_a_trial_says_what_would_be(client: Client, file: Path) -> None:
    before = client.layer(LOTS).version
    told: list[Progress] = []
    delivery = client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True, progress=told.append)
    assert (delivery.state, delivery.dry_run, delivery.rows) == ("tried", True, ROWS)
    assert delivery.change is not None
    assert sum((delivery.change.added, delivery.change.changed, delivery.change.unchanged)) == ROWS
    assert (told[0].step, told[0].total) == ("upload", file.stat().st_size)
    assert {"upload", "check", "compare"} <= {one.step for one in told}
    assert client.layer(LOTS).version == before
    assert client.delivery(delivery.id) == delivery


def test_what_is_returned_says_why_and_where(client: Client, file: Path, tmp_path: Path) -> None:
    file.write_bytes(lots_csv(faulty))
    delivery = client.submit(file, layer=LOTS, crs=DEGREES)
    assert (delivery.state, delivery.ended, delivery.faulty_rows) == ("returned", True, ROWS // 10)
    (finding,) = [one for one in delivery.findings if one.severity == "error"]
    assert (finding.code, finding.count) == ("field.type", ROWS // 10)
    assert "whole numbers" in finding.message
    assert finding.remedy
    place = finding.places[0]
    assert (place.row, place.field, place.value) == (6, "floors", "many")
    assert place.lon == pytest.approx(113.9052, abs=1e-3)
    report = client.report(delivery)
    assert (report.passed, report.rows, report.findings[0].code) == (False, ROWS, delivery.findings[0].code)
    folder = tmp_path / "back"
    folder.mkdir()
    rows = client.faulty_rows(delivery, folder)
    assert rows.name == "地块-faulty-rows.csv"
    with rows.open(encoding="utf-8-sig", newline="") as stream:
        back = list(csv.DictReader(stream))
    assert [row["code"] for row in back] == [f"L{number:04d}" for number in range(5, ROWS, 10)]
    assert [path.name for path in folder.iterdir()] == [rows.name]


def test_a_question_is_answered(client: Client, file: Path) -> None:
    file.write_bytes(lots_csv(in_metres))
    asked = client.submit(file, layer=LOTS)
    assert (asked.state, asked.pauses, asked.ended) == ("asked", True, False)
    assert asked.question is not None
    assert asked.question.proposal == "EPSG:4547"
    assert asked.question.candidates[0].inside == 1.0
    landed = client.answer(asked, "EPSG:4547")
    assert (landed.state, landed.question and landed.question.answer) == ("landed", "EPSG:4547")
    assert client.layer(LOTS).version == landed.version
    assert next(client.deliveries(resource=LOTS)).id == landed.id


def test_the_same_key_is_the_same_delivery(client: Client, file: Path, city: City) -> None:
    first = client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True, key="地块 2026-11")
    again = client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True, key="地块 2026-11")
    assert again == first
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(Conflict) as told:
        client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True, key="地块 2026-11")
    assert told.value.field == "Idempotency-Key"
    assert open_uploads(city) == []


def test_nothing_changed_is_said_without_a_file(client: Client) -> None:
    delivery = client.submit(None, layer=LOTS, mode="unchanged")
    assert (delivery.state, delivery.change and delivery.change.unchanged) == ("landed", ROWS)
    with pytest.raises(Missing):
        client.faulty_rows(delivery)


def test_who_does_not_wait_asks_later(client: Client, file: Path) -> None:
    file.write_bytes(lots_csv(large))
    made = client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True, wait=False)
    with pytest.raises(Unfinished) as told:
        client.wait(made, seconds=0)
    assert "client.wait" in str(told.value)
    assert client.wait(made.id).state == "tried"


def test_a_delivery_is_taken_back(client: Client, file: Path) -> None:
    file.write_bytes(lots_csv(in_metres))
    asked = client.submit(file, layer=LOTS)
    assert client.withdraw(asked, "wrong file").state == "withdrawn"


def test_what_is_refused_leaves_nothing_behind(
    client: Client, city: City, public: Client, file: Path
) -> None:
    with pytest.raises((Missing, Denied)):
        client.submit(file, layer="none")
    assert open_uploads(city) == []
    with pytest.raises(Unauthenticated):
        public.submit(file, layer=LOTS)


def test_an_upload_that_breaks_off_goes_on(city: City, file: Path) -> None:
    file.write_bytes(lots_csv(large))
    size = file.stat().st_size
    told: list[Progress] = []
    with way_to(city.url) as way, city.client(address=way.url) as client:
        way.cut_up = [size // 3, size // 3]
        delivery = client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True, progress=told.append)
        assert way.broken == 2
    assert delivery.state == "tried"
    assert delivery.document["digest"] == hashlib.sha256(file.read_bytes()).hexdigest()
    sent = [one.done for one in told if one.step == "upload"]
    # Told is a chunk at a time: any other step is where it was gone on from; none, where all told had come.
    again = [later - CHUNK for earlier, later in pairwise(sent) if later - earlier != CHUNK and later < size]
    assert len(again) <= 2, "each break is gone on from once"
    for offset in again:
        came = (number * (size // 3) for number in (1, 2))
        assert any(most - 2 * CHUNK < offset < most for most in came), "with all that had come"
    assert sent[-1] == size


def test_the_next_call_goes_on_with_what_broke_off(city: City, file: Path) -> None:
    file.write_bytes(lots_csv(large))
    size = file.stat().st_size
    with way_to(city.url) as way, city.client(address=way.url, attempts=1) as client:
        way.cut_up = [size // 2]
        with pytest.raises(Exception, match="no answer"):
            client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True)
    (begun,) = open_uploads(city)
    told: list[Progress] = []
    with city.client() as client:
        delivery = client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True, progress=told.append)
    assert delivery.state == "tried"
    assert told[0].done > int(str(begun["offset"])) > 0
    assert open_uploads(city) == []


def test_what_broke_off_of_another_file_is_not_gone_on_with(city: City, file: Path) -> None:
    content = lots_csv(large)
    file.write_bytes(content.replace(b"L0003", b"L9003"))
    with way_to(city.url) as way, city.client(address=way.url, attempts=1) as client:
        way.cut_up = [len(content) // 2]
        with pytest.raises(Exception, match="no answer"):
            client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True)
    file.write_bytes(content)
    with city.client() as client:
        delivery = client.submit(file, layer=LOTS, crs=DEGREES, dry_run=True)
    assert delivery.document["digest"] == hashlib.sha256(content).hexdigest()
    assert open_uploads(city) == []


def open_uploads(city: City) -> list[dict[str, object]]:
    """The steward's uploads that are open."""
    headers = {"Authorization": f"Bearer {city.key}"}
    answer = httpx.get(f"{city.url}/api/uploads", headers=headers, trust_env=False)
    found: list[dict[str, object]] = answer.json()["uploads"]
    return found
