"""Mappings: kept version by version on both engines, and what they make of columns and values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from diban.ground import (
    CRS84,
    AccountId,
    Code,
    Field,
    GeometryKind,
    Invalid,
    Kind,
    LayerId,
    Missing,
    Schema,
    Text,
)
from diban.intake import LocalTimes, Mapping, Mappings, match_columns
from diban.intake.spool import normalise
from diban.intake.tables import mapping
from diban.store import Database, metadata, reading, sqlite_url, unit

CLERK, LAYER = AccountId("account_clerk"), LayerId("layer_lamps")
_TITLE = Text("标题", "title")
SCHEMA = Schema(
    (
        Field("code", Kind.TEXT, _TITLE),
        Field("state", Kind.TEXT, _TITLE, codes=(Code("1", _TITLE), Code("2", _TITLE))),
        Field("watts", Kind.INTEGER, _TITLE),
        Field("district", Kind.TEXT, _TITLE),
    ),
    GeometryKind.NONE,
)
SAID = {
    "columns": {"code": "编号", "state": "状态", "watts": "没有"},
    "constants": {"district": "440305"},
    "codes": {"state": {"完好": "1", "损坏": "2"}},
    "x": "经度",
    "y": "纬度",
    "encoding": "GBK",
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The table of mappings on one engine, then on the other."""
    if request.param == "sqlite":
        made = Database(sqlite_url(Path(tmp_path_factory.mktemp("mapping")) / "control.db"))
    else:
        made = Database(request.getfixturevalue("postgres_database"))
    metadata.create_all(made.engine, tables=[mapping])
    yield made
    made.close()


def test_each_version_is_kept_and_the_same_is_no_new_one(database: Database) -> None:
    kept = Mappings()
    first = Mapping.from_json(SAID, SCHEMA)
    with unit(database) as act:
        assert kept.current(act.connection, LAYER) == Mapping()
        assert kept.save(act, LAYER, first, CLERK).number == 1
        assert kept.save(act, LAYER, first, CLERK).number == 1
        assert kept.save(act, LAYER, Mapping(), CLERK).number == 2
    with reading(database) as connection:
        assert kept.current(connection, LAYER) == Mapping(number=2)
        again = kept.get(connection, LAYER, 1)
        assert Mapping.from_json(again.as_json(), SCHEMA) == first
        with pytest.raises(Missing):
            kept.get(connection, LAYER, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"colums": {}},
        {"columns": {"nothing": "a"}},
        {"columns": ["code"]},
        {"columns": {"code": 1}},
        {"codes": {"state": {"a": 1}}},
        {"codes": {"state": ["a"]}},
        {"x": "lon"},
        {"encoding": 8},
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Mapping.from_json(wrong, SCHEMA)


def test_columns_and_values_become_fields_and_codes() -> None:
    names = ["编号", "状态", "watts", "经度", "纬度", "备注"]
    columns = match_columns(names, None, SCHEMA, Mapping.from_json(SAID, SCHEMA))
    assert (columns.absent, columns.undeclared) == (("watts",), ("watts", "备注"))
    batch = pa.RecordBatch.from_pydict(
        {"编号": ["007", "8", "9"], "状态": ["完好", "损坏", "不明"], "watts": [1, 2, 3], "_row": [1, 2, 3]}
    )
    made = normalise(batch, columns, SCHEMA, CRS84, LocalTimes("UTC")).to_pydict()
    assert made["code"] == ["007", "8", "9"]
    assert made["state"] == ["1", "2", "不明"]
    assert (made["watts"], made["district"]) == ([None] * 3, ["440305"] * 3)


def test_without_a_mapping_names_decide() -> None:
    columns = match_columns(["CODE", "state"], None, SCHEMA)
    assert columns.source == {"code": "CODE", "state": "state"}
    assert columns.absent == ("watts", "district")
