"""Tables without a header on the road: said by the sender, saved in the mapping, and never guessed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from diban.app import columns_of, faulty_rows, register, save_mapping
from diban.app.commands import application
from diban.ground import Invalid
from diban.intake import Delivery, DeliveryState
from tests.app.town import STEWARD, Town, description, founded
from tests.postgres import Cluster

WORDS = {"code": "编号", "state": "状态", "height": "高度", "since": "安装日期"}
KINDS: dict[str, dict[str, Any]] = {
    "code": {"kind": "text", "required": True},
    "state": {"kind": "text", "codes": [{"value": "1", "title": "完好"}, {"value": "2", "title": "损坏"}]},
    "height": {"kind": "decimal", "digits": 4, "scale": 1, "minimum": 1},
    "since": {"kind": "date"},
}
LAMPS = {
    "geometry": "point",
    "key": "code",
    "fields": [
        {"name": name, "title": {"zh": WORDS[name], "en": name}, **kind} for name, kind in KINDS.items()
    ],
}
ROWS = [
    ["L0001", "1", "8.5", "2021-03-04", "113.950012", "22.530012"],
    ["L0002", "2", "9", "2021-03-05", "113.951012", "22.531012"],
    ["L0003", "1", "12", "2021-03-06", "113.952012", "22.532012"],
]
HEAD = [*WORDS.values(), "经度", "纬度"]
PLACES = {"x": "column 5", "y": "column 6"}
BY_POSITION = {"columns": {name: f"column {place}" for place, name in enumerate(WORDS, 1)}, **PLACES}
BY_NAME = {"columns": WORDS, "x": "经度", "y": "纬度"}


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town on each engine with a layer of lamps."""
    home = tmp_path_factory.mktemp(f"lamps-{request.param}") / "home"
    if request.param == "embedded":
        with founded(home) as made:
            yield lit(made)
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, founded(home, database) as made:
        yield lit(made)


def lit(town: Town) -> Town:
    register(town.platform, description("lamps", LAMPS), town.asker(STEWARD))
    return town


def mapped(town: Town, mapping: dict[str, Any]) -> None:
    save_mapping(town.platform, "lamps", mapping, town.asker(STEWARD))


def sheet(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def book(rows: Sequence[Sequence[str]]) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def send(town: Town, content: bytes, **said: Any) -> Delivery:
    return town.send("lamps", content, "lamps.csv", crs="EPSG:4490", **said)


def errors(delivery: Delivery) -> dict[str, list[int]]:
    assert delivery.report is not None
    found = (one for one in delivery.report["findings"] if one["severity"] == "error")
    return {one["code"]: [place["row"] for place in one["places"]] for one in found}


@pytest.mark.parametrize("write", [sheet, book])
def test_said_with_the_delivery_it_lands_whole(town: Town, write: Any) -> None:
    mapped(town, BY_POSITION)
    landed = send(town, write(ROWS), header=False)
    assert landed.state is DeliveryState.LANDED, landed.report
    assert (landed.sent.header, (landed.report or {})["rows"]) == (False, 3)


@pytest.mark.parametrize("write", [sheet, book])
def test_saved_in_the_mapping_it_need_not_be_said(town: Town, write: Any) -> None:
    mapped(town, {**BY_POSITION, "header": False})
    landed = send(town, write(ROWS))
    assert landed.state is DeliveryState.LANDED, landed.report
    assert (landed.sent.header, (landed.report or {})["rows"]) == (None, 3)
    # The word of the delivery counts more.
    mapped(town, {**BY_NAME, "header": False})
    assert send(town, write([HEAD, *ROWS]), header=True).state is DeliveryState.LANDED


@pytest.mark.parametrize("write", [sheet, book])
@pytest.mark.parametrize("mapping", [{}, BY_NAME, BY_POSITION, {**BY_NAME, "header": True}])
def test_not_said_it_is_told_and_nothing_lands(town: Town, write: Any, mapping: dict[str, Any]) -> None:
    mapped(town, mapping)
    returned = send(town, write(ROWS))
    assert returned.state is DeliveryState.RETURNED
    assert errors(returned) == {"header.absent": []}
    (finding,) = (returned.report or {})["findings"]
    assert "首行像是数据" in finding["message"]["zh"]
    assert "seems to be data" in finding["message"]["en"]
    for words in finding["remedy"].values():
        assert "--no-header" in words
        assert "--header" in words
        assert "column 1" in words
    assert "L0001" not in json.dumps(returned.report), "overseers read the words, not the values"


def test_names_that_are_not_mapped_are_no_data(town: Town) -> None:
    mapped(town, {})
    returned = send(town, sheet([HEAD, *ROWS]))
    assert errors(returned) == {"column.absent": [], "field.required": [1, 2, 3]}


def test_the_senders_word_is_final(town: Town) -> None:
    mapped(town, {})
    assert "header.absent" not in errors(send(town, sheet(ROWS), header=True))
    told = errors(send(town, sheet([HEAD, *ROWS]), header=False))
    assert "header.unexpected" not in told
    mapped(town, BY_POSITION)
    assert errors(send(town, sheet([HEAD, *ROWS]), header=False))["field.code"] == [1]


def test_names_where_the_mapping_says_data_are_told(town: Town) -> None:
    mapped(town, {**BY_POSITION, "header": False})
    for write in (sheet, book):
        returned = send(town, write([HEAD, *ROWS]))
        assert (returned.state, errors(returned)) == (DeliveryState.RETURNED, {"header.unexpected": []})


@pytest.mark.parametrize("write", [sheet, book])
def test_faulty_rows_have_their_numbers_and_come_back_to_land(town: Town, write: Any, tmp_path: Path) -> None:
    mapped(town, {**BY_POSITION, "header": False})
    good = send(town, sheet(ROWS))
    assert good.state is DeliveryState.LANDED
    wrong = [[*ROWS[0][:2], "0.5", *ROWS[0][3:]], ROWS[1], [*ROWS[2][:3], "2021-02-30", *ROWS[2][4:]]]
    returned = send(town, write(wrong))
    assert errors(returned) == {"field.range": [1], "field.type": [3]}
    with faulty_rows(town.platform, returned) as made:
        suffix, content = made.path.suffix, made.path.read_bytes()
    assert suffix == (".csv" if write is sheet else ".xlsx")
    table = _table(content, suffix)
    assert table[0][:6] == [f"column {place}" for place in range(1, 7)]
    assert [row[:3] for row in table[1:]] == [["L0001", "1", "0.5"], ["L0003", "1", "12"]]
    table[1][2], table[2][3] = "7.5", "2021-02-28"
    mended = send(town, write(table))
    assert mended.state is DeliveryState.WAITING, "the same columns; a third of the rows would end"
    assert mended.changes is not None
    assert {name: mended.changes[name] for name in ("changed", "removed")} == {"changed": 2, "removed": 1}
    assert errors(mended) == {}


def _table(content: bytes, suffix: str) -> list[list[str]]:
    if suffix == ".csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def test_columns_are_shown_either_way(town: Town) -> None:
    mapped(town, {})
    returned = send(town, sheet(ROWS))
    assert [one.name for one in columns_of(town.platform, returned).columns] == ROWS[0]
    shown = columns_of(town.platform, returned, header=False).columns
    assert [one.name for one in shown] == [f"column {place}" for place in range(1, 7)]
    assert shown[0].values == ("L0001", "L0002", "L0003")


def test_a_mapping_says_true_or_false(town: Town) -> None:
    with pytest.raises(Invalid) as raised:
        mapped(town, {"header": "no"})
    assert (raised.value.field, raised.value.limit) == ("header", "true, false, null")


def test_the_command_says_it(town: Town, tmp_path: Path) -> None:
    mapped(town, BY_POSITION)
    file = tmp_path / "lamps.csv"
    file.write_bytes(sheet([["L0009", *ROWS[0][1:]]]))
    home = ["--home", str(town.platform.settings.home), "--as", STEWARD]
    asked = [
        "submit",
        str(file),
        "--layer",
        "lamps",
        "--crs",
        "EPSG:4490",
        "--mode",
        "changes",
        *home,
        "--json",
    ]
    refused = CliRunner().invoke(application, asked)
    assert refused.exit_code == 1
    assert [one["code"] for one in json.loads(refused.stdout)["report"]["findings"]] == ["header.absent"]
    landed = CliRunner().invoke(application, [*asked, "--no-header"])
    assert landed.exit_code == 0, landed.output
    assert json.loads(landed.stdout)["changes"]["added"] == 1
