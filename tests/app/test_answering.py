"""A question about coordinates waits for the sender's word; then the delivery goes on, on both engines."""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import shapely

from diban.app import (
    Letter,
    Platform,
    Settings,
    answer,
    carry,
    deliver,
    found,
    import_organisation,
    register,
    withdraw,
    work_once,
)
from diban.app.commands import application
from diban.app.journeys.progress import silent
from diban.governance import Act, Asker, Audit, Via, evidence_of
from diban.ground import (
    NOW,
    STORED,
    Conflict,
    Crs,
    Denied,
    Extent,
    Invalid,
    Scope,
    new_id,
    project,
    source_crs,
)
from diban.intake import Delivery, DeliveryState
from diban.store import reading

AREA = Extent(113.6, 22.2, 114.8, 23.0)
SHEET = """机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色
住房局,Housing,agency,,,h.steward,甲,A,steward
水务局,Water,agency,,,w.steward,乙,B,steward
"""
TOWERS = np.column_stack([np.linspace(113.8, 114.5, 40), np.linspace(22.45, 22.85, 40)])
DISTRICTS = {"440101": ("西区", 113.7, 114.15), "440102": ("东区", 114.15, 114.7)}


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """An installation on one engine, then on the other."""
    home = tmp_path_factory.mktemp("asked") / "home"
    database = request.getfixturevalue("postgres_database") if request.param == "postgis" else ""
    made, _ = found(Settings(home, "试点", "Trial", AREA, database=database))
    import_organisation(made, SHEET.encode(), "sheet.csv", asker(made, "system.admin"))
    enter(made, "polygon", {"code": "text", "name": "text"}, made.settings.districts)
    assert send(made, made.settings.districts, districts()).state is DeliveryState.LANDED
    yield made
    made.close()


@pytest.fixture
def layer(platform: Platform) -> str:
    """A layer of points with a key, made for one test."""
    return enter(platform, "point", {"code": "text", "district": "text"})


def asker(platform: Platform, login: str = "h.steward") -> Asker:
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        assert account is not None
        return platform.accounts.asker(connection, account.id, Via.COMMAND, new_id("req"))


def enter(platform: Platform, geometry: str, fields: dict[str, str], slug: str = "") -> str:
    slug = slug or new_id("l").replace("_", "-").lower()
    words = {"zh": slug, "en": slug}
    declared = [{"name": name, "kind": kind, "title": words} for name, kind in fields.items()]
    schema = {"geometry": geometry, "fields": declared, "key": "code"}
    common = dict.fromkeys(("title", "abstract", "licence", "source"), words)
    entry = common | {
        "slug": slug,
        "category": "30100101",
        "provider": "住房局",
        "owner": "住房局",
        "format": "database",
        "cycle": "yearly",
        "method": "service",
        "sharing": "unconditional",
        "opening": "open",
        "layers": [{"slug": slug, "title": words, "schema": schema}],
    }
    register(platform, entry, asker(platform))
    return slug


def towers(crs: Crs, declared: str | None = None) -> bytes:
    """Forty towers across the city, as somebody would write them in that CRS."""
    return written(TOWERS, crs, [None] * len(TOWERS), declared)


def written(places: np.ndarray, crs: Crs, named: Sequence[str | None], declared: str | None = None) -> bytes:
    """Points in that CRS, with the codes of the districts that they name."""
    points = [{"type": "Point", "coordinates": place} for place in project(places, STORED, crs).tolist()]
    rows = [{"code": f"T{number}", "district": name} for number, name in enumerate(named)]
    member = {"crs": {"type": "name", "properties": {"name": declared}}} if declared else {}
    return orjson.dumps(_collection(rows, points) | member)


def districts() -> bytes:
    """Two districts side by side, which together are the city."""
    rows = [{"code": code, "name": name} for code, (name, _, _) in DISTRICTS.items()]
    boxes = [shapely.box(west, 22.3, east, 22.95) for _, west, east in DISTRICTS.values()]
    return orjson.dumps(_collection(rows, [orjson.loads(shapely.to_geojson(box)) for box in boxes]))


def _collection(rows: Sequence[object], shapes: Sequence[object]) -> dict[str, object]:
    pairs = zip(rows, shapes, strict=True)
    features = [{"type": "Feature", "properties": row, "geometry": shape} for row, shape in pairs]
    return {"type": "FeatureCollection", "features": features}


def send(platform: Platform, layer: str, file: bytes, crs: str | None = None, key: str = "") -> Delivery:
    letter = Letter(layer, "towers.geojson", key or new_id("key"), crs=crs)
    return deliver(platform, io.BytesIO(file), letter, asker(platform))


def landed(platform: Platform, delivery: Delivery) -> np.ndarray:
    """Where the towers lie in the base."""
    assert delivery.state is DeliveryState.LANDED, delivery.report
    batch = next(platform.base.at(delivery.sent.layer, NOW, Scope.system("test")).batches())
    order = np.argsort([int(code[1:]) for code in batch.column("code").to_pylist()])
    points: np.ndarray = shapely.get_coordinates(shapely.from_wkb(batch.column("geometry").to_pylist()))
    return points[order]


def question(delivery: Delivery) -> dict[str, Any]:
    assert delivery.state is DeliveryState.ASKED, (delivery.state, delivery.report)
    assert delivery.question is not None
    return delivery.question


def codes(delivery: Delivery) -> set[str]:
    assert delivery.report is not None
    return {finding["code"] for finding in delivery.report["findings"]}


WRONG = ["EPSG:4526", "EPSG:4490,yx"]


@pytest.mark.parametrize("code", WRONG)
def test_what_would_lie_elsewhere_is_asked_and_lands_with_the_word(
    platform: Platform, layer: str, code: str
) -> None:
    asked = send(platform, layer, towers(source_crs(code)))
    told = question(asked)
    assert told["proposal"] == code
    assert told["declared"] == {"crs": "OGC:CRS84", "by": "format"}
    assert platform.base.current(asked.sent.layer) is None
    answer(platform, asked.id, told["proposal"], asker(platform))
    assert landed(platform, carry(platform, asked.id, silent)) == pytest.approx(TOWERS, abs=1e-8)


def test_another_delivery_of_the_layer_is_not_held_up(platform: Platform, layer: str) -> None:
    asked = send(platform, layer, towers(source_crs("EPSG:4547")))
    assert landed(platform, send(platform, layer, towers(STORED))) == pytest.approx(TOWERS)
    answer(platform, asked.id, "4547", asker(platform))
    assert landed(platform, carry(platform, asked.id, silent)) == pytest.approx(TOWERS, abs=1e-8)


def test_the_answer_is_recorded_once_and_a_worker_takes_the_delivery_on(
    platform: Platform, layer: str
) -> None:
    asked = send(platform, layer, towers(source_crs("EPSG:4547")))
    for _ in range(2):  # whoever typed it was killed before it went on, and types it again
        answered = answer(platform, asked.id, "EPSG:4547", asker(platform))
        assert answered.state is DeliveryState.RECEIVED
        assert answered.answer is not None
        assert answered.answer["crs"] == "EPSG:4547"
    while work_once(platform):
        pass
    with reading(platform.database) as connection:
        done = platform.deliveries.get(connection, asked.id)
        lines = [line.act for line in Audit.lines(connection, subject=asked.id, limit=100)]
        known = evidence_of(connection, resource=asked.sent.resource)
    landed(platform, done)
    assert answer(platform, asked.id, "EPSG:4547", asker(platform)) == done
    assert (lines.count("delivery.ask"), lines.count("delivery.answer")) == (1, 1)
    assert [one.act for one in known].count(Act.ANSWERED) == 1


def test_who_insists_has_the_rules_to_face(platform: Platform, layer: str) -> None:
    asked = send(platform, layer, towers(source_crs("EPSG:4547")))
    answer(platform, asked.id, "as-declared", asker(platform))
    done = carry(platform, asked.id, silent)
    assert done.state is DeliveryState.RETURNED
    assert "extent.outside" in codes(done)


def test_a_word_beforehand_counts_and_one_that_leads_elsewhere_is_asked_once(
    platform: Platform, layer: str
) -> None:
    file = towers(source_crs("EPSG:4547"))
    assert landed(platform, send(platform, layer, file, "EPSG:4547")) == pytest.approx(TOWERS, abs=1e-8)
    asked = send(platform, layer, file, "EPSG:4549")
    assert question(asked)["declared"] == {"crs": "EPSG:4549", "by": "sender"}
    assert question(asked)["proposal"] == "EPSG:4547"
    answer(platform, asked.id, "EPSG:4548", asker(platform))
    assert "extent.outside" in codes(carry(platform, asked.id, silent))


def test_file_and_sender_at_odds_are_asked(platform: Platform, layer: str) -> None:
    asked = send(platform, layer, towers(source_crs("EPSG:4547"), "EPSG:4547"), "EPSG:3857")
    assert question(asked)["proposal"] == "EPSG:4547"
    assert "EPSG:3857" in question(asked)["reason"]["en"]


def test_shifted_degrees_are_known_by_the_features_that_are_there(platform: Platform, layer: str) -> None:
    code = "GCJ-02"
    first = send(platform, layer, towers(STORED))
    assert "crs.untold" in codes(first)
    assert "crs.untold" not in codes(send(platform, layer, towers(STORED)))
    asked = send(platform, layer, towers(source_crs(code)))
    assert question(asked)["proposal"] == code
    answer(platform, asked.id, code, asker(platform))
    done = carry(platform, asked.id, silent)
    assert landed(platform, done) == pytest.approx(TOWERS, abs=1e-8)
    assert "crs.limited" in codes(done)


KILLED = """
import os, sys
from pathlib import Path
from diban.app import answer, build, carry, read_settings
from diban.governance import Via
from diban.store import reading
home, delivery = sys.argv[1:]
platform = build(read_settings(Path(home)))
with reading(platform.database) as connection:
    account = platform.accounts.find(connection, "h.steward")
    asker = platform.accounts.asker(connection, account.id, Via.COMMAND, "killed")
answer(platform, delivery, "EPSG:4547", asker)
carry(platform, delivery, lambda step, done, total: os.kill(os.getpid(), 9) if step == "check" else None)
"""


def test_who_answers_and_is_killed_finds_it_where_it_stood(platform: Platform, layer: str) -> None:
    asked = send(platform, layer, towers(source_crs("EPSG:4547")))
    arguments = [str(platform.settings.home), asked.id]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    with reading(platform.database) as connection:
        stood = platform.deliveries.get(connection, asked.id)
    assert stood.state is DeliveryState.RECEIVED
    assert answer(platform, asked.id, "EPSG:4547", asker(platform)) == stood
    assert landed(platform, carry(platform, asked.id, silent)) == pytest.approx(TOWERS, abs=1e-8)


def test_who_does_not_answer_takes_it_back(platform: Platform, layer: str) -> None:
    asked = send(platform, layer, towers(source_crs("EPSG:4547")))
    for _ in range(2):
        assert withdraw(platform, asked.id, "", asker(platform)).state is DeliveryState.WITHDRAWN
    with pytest.raises(Conflict):
        answer(platform, asked.id, "EPSG:4547", asker(platform))


def test_shifted_degrees_are_known_by_the_districts_that_rows_name(platform: Platform, layer: str) -> None:
    border = DISTRICTS["440101"][2]
    places = np.column_stack([border + np.tile([-0.002, 0.002], 30), np.linspace(22.4, 22.9, 60)])
    named = ["440101007", "440102011"] * 30
    done = send(platform, layer, written(places, STORED, named))
    assert done.state is DeliveryState.LANDED
    assert "crs.untold" not in codes(done)
    other = enter(platform, "point", {"code": "text", "district": "text"})
    told = question(send(platform, other, written(places, source_crs("BD-09"), named)))
    assert told["proposal"] == "BD-09"
    assert told["candidates"][0]["agreeing"] == 1


def test_an_old_datum_is_refused_with_words(platform: Platform, layer: str) -> None:
    done = send(platform, layer, towers(STORED, "EPSG:4214"))
    assert done.state is DeliveryState.RETURNED
    assert codes(done) == {"crs.unsupported"}


def test_only_the_sender_answers_and_only_what_can_be_taken(platform: Platform, layer: str) -> None:
    asked = send(platform, layer, towers(source_crs("EPSG:4547")))
    with pytest.raises(Denied):
        answer(platform, asked.id, "EPSG:4547", asker(platform, "w.steward"))
    with pytest.raises(Invalid):
        answer(platform, asked.id, "EPSG:2436", asker(platform))
    done = send(platform, layer, towers(STORED))
    with pytest.raises(Conflict):
        answer(platform, done.id, "EPSG:4547", asker(platform))


def test_nobody_insists_on_what_nobody_said(platform: Platform, layer: str) -> None:
    places = project(TOWERS, STORED, source_crs("EPSG:4547")).tolist()
    lines = [f"T{number},{place[0]},{place[1]}" for number, place in enumerate(places)]
    asked = send(platform, layer, "\n".join(["code,x,y", *lines]).encode())
    assert question(asked)["declared"] is None
    with pytest.raises(Invalid) as met:
        answer(platform, asked.id, "as-declared", asker(platform))
    assert met.value.field == "crs"
    assert met.value.remedy is not None
    assert "EPSG:4547" in met.value.remedy.zh
    assert "--" not in str(met.value), "the portal has no options"


def test_the_same_sending_again_asks_the_same(platform: Platform, layer: str) -> None:
    file = towers(source_crs("EPSG:4526"))
    asked = send(platform, layer, file, key="again-" + layer)
    assert send(platform, layer, file, key="again-" + layer) == asked


def test_the_commands_ask_and_take_the_answer(
    platform: Platform, layer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "towers.geojson"
    file.write_bytes(towers(source_crs("EPSG:4547")))
    said = ["--home", str(platform.settings.home), "--as", "h.steward"]

    def diban(*arguments: str) -> tuple[int, str]:
        ended = application([*arguments, *said], standalone_mode=False)
        return int(ended or 0), capsys.readouterr().out

    code, printed = diban("submit", str(file), "--layer", layer)
    (delivery,) = set(re.findall(r"dlv_\w+", printed))
    assert code == 1
    assert f"diban answer {delivery} --crs EPSG:4547" in printed
    assert f"diban answer {delivery} --crs as-declared" in printed
    assert delivery in diban("answer")[1]
    assert "EPSG:4547" in diban("answer", delivery)[1]
    assert diban("answer", delivery, "--crs", "EPSG:4547")[0] == 0
    tried = re.findall(r"dlv_\w+", diban("submit", str(file), "--layer", layer, "--dry-run")[1])[0]
    assert diban("answer", tried, "--crs", "EPSG:4547")[0] == 0, (
        "a trial that passes ends as it does when sent"
    )
    assert delivery not in diban("answer")[1]
