"""The spool: features typed, hashed and in the stored CRS, written once, read again and again."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from diban.ground import (
    CRS84,
    GAUSS_114E,
    GEOMETRY,
    HASH,
    ROW,
    STORED,
    WEB_MERCATOR,
    Crs,
    FeatureSet,
    Field,
    GeometryKind,
    Kind,
    Schema,
    StorageFull,
    Text,
    Unavailable,
    project,
    row_hashes,
)
from diban.intake import Columns, LocalTimes, Mapping, match_columns, open_spool, spool
from diban.intake.convert import UNREAD, UNREAD_TYPE

TITLE = Text(zh="字段", en="field")
SCHEMA = Schema(
    (
        Field("code", Kind.TEXT, TITLE, slot=1),
        Field("floors", Kind.INTEGER, TITLE, slot=2),
        Field("price", Kind.DECIMAL, TITLE, digits=8, scale=2, slot=3),
    ),
    geometry=GeometryKind.POINT,
)
REGISTER = Schema(SCHEMA.fields, geometry=GeometryKind.NONE)
PLACES = [(114.05, 22.54), (113.93, 22.53)]


def source(first: int = 1, crs: Crs = CRS84, **columns: pa.Array) -> pa.RecordBatch:
    """Two source rows as the sandbox hands them over, with these columns changed or added."""
    points = project(np.array([(*place, 9.0) for place in PLACES]), STORED, crs)
    made = {
        "CODE": pa.array([440305.0, 440306.0]),
        "floors": pa.array(["3", "x"]),
        GEOMETRY: pa.array(shapely.to_wkb(shapely.points(points), flavor="iso", byte_order=1), pa.binary()),
        ROW: pa.array([first, first + 1], pa.int64()),
    }
    return pa.RecordBatch.from_pydict(made | columns)


def spooled(
    folder: Path,
    *batches: pa.RecordBatch,
    schema: Schema = SCHEMA,
    crs: Crs = CRS84,
    id_name: str | None = None,
) -> FeatureSet:
    """The features of these source batches, written."""
    columns = match_columns(batches[0].schema.names, id_name, schema)
    target = folder / "work" / "spool.arrow"
    for _ in spool(iter(batches), columns, schema, crs, LocalTimes("UTC"), target).batches():
        pass
    return open_spool(target, schema)


def rows_of(features: FeatureSet) -> list[dict[str, Any]]:
    """All rows."""
    return [row for batch in features.batches() for row in batch.to_pylist()]


def test_columns_meet_fields_by_name_then_without_regard_to_case() -> None:
    def matched(*names: str, id_name: str | None = None) -> Columns:
        return match_columns(list(names), id_name, SCHEMA)

    assert matched("code", "floors", "price") == Columns({n: n for n in ("code", "floors", "price")}, (), ())
    assert matched("CODE", "Floors") == Columns({"code": "CODE", "floors": "Floors"}, ("price",), ())
    assert matched("CODE", "code", "Code").source["code"] == "code"
    assert matched("CODE", "Code").source["code"] == "CODE"
    assert matched("CODE", "code").undeclared == ("CODE",)
    assert matched("其他", "code").undeclared == ("其他",)
    # The system's own columns and the geometry are no attributes.
    assert matched("_row", "_source_id", GEOMETRY).absent == ("code", "floors", "price")
    assert matched("_row", GEOMETRY).undeclared == ()


def test_the_files_own_row_number_can_be_a_field() -> None:
    assert match_columns(["floors"], "CODE", SCHEMA).source == {"code": "_source_id", "floors": "floors"}
    assert match_columns(["code"], "code", SCHEMA).source == {"code": "code"}
    assert match_columns(["floors"], "id", SCHEMA).source == {"floors": "floors"}


def test_one_column_never_serves_two_fields() -> None:
    alike = Schema(tuple(Field(name, Kind.TEXT, TITLE) for name in ("Name", "name", "NAME")))
    assert match_columns(["name"], None, alike) == Columns({"name": "name"}, ("Name", "NAME"), ())
    found = match_columns(["nAme", "naMe"], None, alike)
    assert len(found.source) == len(set(found.source.values())) == 1


def test_features_come_typed_with_what_could_not_be_read(tmp_path: Path) -> None:
    features = spooled(tmp_path, source(), source(3, price=pa.array([1.5, 1.239])))
    assert (features.schema, features.crs, features.rows) == (SCHEMA, STORED, 4)
    expected = pa.schema(
        [
            *SCHEMA.arrow(),
            pa.field(ROW, pa.int64()),
            pa.field(HASH, pa.binary(32)),
            pa.field(UNREAD, UNREAD_TYPE),
        ]
    )
    assert all(batch.schema == expected for batch in features.batches())
    rows = rows_of(features)
    assert [row["code"] for row in rows] == ["440305", "440306"] * 2
    assert [row["floors"] for row in rows] == [3, None] * 2
    assert [row[ROW] for row in rows] == [1, 2, 3, 4]
    assert [row[UNREAD] for row in rows[:2]] == [None, [{"field": "floors", "value": "x"}]]


def test_a_column_that_was_matched_is_read_in_every_batch(tmp_path: Path) -> None:
    batches = (source(price=pa.array([1.5, 83.82])), source(3, price=pa.array(["1.239", ""])))
    rows = rows_of(spooled(tmp_path, *batches))
    assert [row["price"] and str(row["price"]) for row in rows] == ["1.50", "83.82", None, None]
    assert [row[UNREAD] and [found["field"] for found in row[UNREAD]] for row in rows] == [
        None,
        ["floors"],
        ["price"],
        ["floors"],
    ]


def test_hashes_are_those_of_the_values_as_read(tmp_path: Path) -> None:
    batches = list(spooled(tmp_path, source()).batches())
    assert [batch.num_rows for batch in batches] == [2]
    for batch in batches:
        assert batch.column(HASH).equals(row_hashes(batch.select(SCHEMA.arrow().names), SCHEMA))
    text = source(CODE=pa.array(["440305", "440306"]), floors=pa.array([3, None], pa.int64()))
    one, other = rows_of(spooled(tmp_path / "a", source())), rows_of(spooled(tmp_path / "b", text))
    assert [row[HASH] for row in one] == [row[HASH] for row in other]


@pytest.mark.parametrize("crs", [CRS84, STORED, WEB_MERCATOR, GAUSS_114E], ids=lambda crs: crs.code)
def test_geometry_comes_in_the_stored_crs_with_its_heights(tmp_path: Path, crs: Crs) -> None:
    features = spooled(tmp_path, source(crs=crs), crs=crs)
    shapes = shapely.from_wkb([row[GEOMETRY] for row in rows_of(features)])
    found = shapely.get_coordinates(shapes, include_z=True)
    assert found == pytest.approx(np.array([(*place, 9.0) for place in PLACES]), abs=9e-9)


def test_a_layer_may_have_no_geometry_and_a_file_neither(tmp_path: Path) -> None:
    table = rows_of(spooled(tmp_path / "table", source(), schema=REGISTER))
    assert GEOMETRY not in table[0]
    bare = source().drop_columns([GEOMETRY])
    assert [row[GEOMETRY] for row in rows_of(spooled(tmp_path / "bare", bare))] == [None, None]
    nothing = Schema((), geometry=GeometryKind.NONE)
    empty = rows_of(spooled(tmp_path / "nothing", source(), schema=nothing))
    assert [row[ROW] for row in empty] == [1, 2]
    assert len({row[HASH] for row in empty}) == 1


def test_the_first_pass_writes_what_later_ones_read(tmp_path: Path) -> None:
    columns, target = match_columns(["CODE"], None, SCHEMA), tmp_path / "work" / "spool.arrow"
    features = spool(iter([source(), source(3)]), columns, SCHEMA, CRS84, LocalTimes("UTC"), target)
    assert not target.exists()
    first = rows_of(features)
    assert [row[ROW] for row in first] == [1, 2, 3, 4]
    assert rows_of(features) == rows_of(open_spool(target, SCHEMA)) == first
    assert [path.name for path in target.parent.iterdir()] == ["spool.arrow"]


def test_an_earlier_spool_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    spooled(tmp_path, source(), source(3))
    assert len(rows_of(spooled(tmp_path, source(5)))) == 2


def test_a_file_without_rows_is_a_spool_too(tmp_path: Path) -> None:
    features = spooled(tmp_path, source().slice(0, 0))
    assert features.rows == 0
    assert rows_of(features) == []


def test_a_source_that_breaks_leaves_no_spool(tmp_path: Path) -> None:
    def breaking() -> Iterator[pa.RecordBatch]:
        yield source()
        raise ConnectionResetError

    target = tmp_path / "spool.arrow"
    with pytest.raises(ConnectionResetError):
        rows_of(
            spool(breaking(), match_columns(["CODE"], None, SCHEMA), SCHEMA, CRS84, LocalTimes("UTC"), target)
        )
    assert list(tmp_path.iterdir()) == []


def test_who_stops_spooling_stops_the_source_too(tmp_path: Path) -> None:
    read: list[int] = []

    def endless() -> Iterator[pa.RecordBatch]:
        while True:
            read.append(1)
            yield source()

    columns = match_columns(["CODE"], None, SCHEMA)
    features = spool(endless(), columns, SCHEMA, CRS84, LocalTimes("UTC"), tmp_path / "spool.arrow")
    for number, _ in enumerate(features.batches()):
        if number:
            break
    assert len(read) < 10
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]
    assert list(tmp_path.iterdir()) == []


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """No file of this process may grow any further, as on a full disk."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, unlimited[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)


def test_a_full_disk_is_said_to_be_full_and_nothing_is_left_on_it(tmp_path: Path) -> None:
    columns, many = match_columns(["CODE"], None, SCHEMA), (source() for _ in range(10_000))
    with no_file_beyond(200_000), pytest.raises(StorageFull):
        rows_of(spool(many, columns, SCHEMA, CRS84, LocalTimes("UTC"), tmp_path / "spool"))
    assert list(tmp_path.iterdir()) == []


def test_reading_back_holds_one_batch_at_a_time(tmp_path: Path) -> None:
    wide = Schema((Field("code", Kind.TEXT, TITLE),), geometry=GeometryKind.NONE)
    text = pa.array(["x" * 1_000] * 1_000)
    batches = [pa.RecordBatch.from_pydict({"code": text, ROW: pa.array(range(1_000))})] * 20
    features = spooled(tmp_path, *batches, schema=wide)
    del batches, text
    before, most = pa.total_allocated_bytes(), 0
    for batch in features.batches():
        most = max(most, pa.total_allocated_bytes() - before)
        assert batch.num_rows == 1_000
    assert 900_000 < most < 4_000_000
    assert open_spool(tmp_path / "work" / "spool.arrow", wide).rows == 20_000


@pytest.mark.parametrize("whole", [True, False])
def test_a_spool_that_is_gone_cannot_be_read_as_an_empty_one(tmp_path: Path, whole: bool) -> None:
    target = tmp_path / "work" / "spool.arrow"
    columns = match_columns(source().schema.names, None, SCHEMA)
    features = spool(iter([source(), source(3)]), columns, SCHEMA, CRS84, LocalTimes("UTC"), target)
    reading = features.batches()
    next(reading)
    if whole:
        assert sum(batch.num_rows for batch in reading) == 2
        target.unlink()
    else:
        reading.close()  # type: ignore[attr-defined]  # it is a generator
    with pytest.raises(Unavailable, match="removed"):
        features.batches()
    assert not target.exists()


def test_what_cannot_be_read_as_a_code_is_remembered_also_where_codes_are_exchanged(tmp_path: Path) -> None:
    said = Mapping(codes={"code": {"440305": "南山"}})
    batch = source(CODE=pa.array([440305.0, 2.0**60]))
    target = tmp_path / "spool.arrow"
    columns = match_columns(batch.schema.names, None, SCHEMA, said)
    for _ in spool(iter([batch]), columns, SCHEMA, CRS84, LocalTimes("UTC"), target).batches():
        pass
    rows = rows_of(open_spool(target, SCHEMA))
    assert [row["code"] for row in rows] == ["南山", None]
    assert {one["field"]: one["value"] for one in rows[1][UNREAD]}["code"] == str(2.0**60)
