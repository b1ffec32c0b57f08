"""How grave it is what a reader remarks: as grave as the column that it is about."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from diban.app.journeys.notes import notes_of
from diban.ground import Field, GeometryKind, Kind, Schema, Text
from diban.intake import LocalTimes, Mapping, match_columns, open_upload


def _noted(path: Path, field: Field, said: Mapping | None = None) -> dict[str, str]:
    schema = Schema((field,), GeometryKind.NONE)
    with open_upload(path) as opened:
        for _ in opened.batches():
            pass
        columns = match_columns(list(opened.columns), None, schema, said)
        return {
            note.code: note.severity.value
            for note in notes_of(opened, columns, schema, LocalTimes("Asia/Shanghai"), 1)
            if note.code.startswith("read.")
        }


def _field(name: str, kind: Kind = Kind.TEXT) -> Field:
    return Field(name, kind, Text(name, name))


@pytest.mark.parametrize(
    ("field", "severity"),
    [
        (_field("n"), "error"),
        (_field("n", Kind.DECIMAL), "error"),
        (_field("n", Kind.FLOAT), "warning"),
        (_field("m"), "notice"),
    ],
)
def test_a_shortened_number_harms_codes_not_measures(field: Field, severity: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n,m\n4.40305E+11,1\n")
    assert _noted(path, field) == {"read.number-damaged": severity}


@pytest.mark.parametrize(
    ("field", "said", "severity"),
    [
        (_field("parts"), None, "error"),
        (_field("PARTS"), None, "error"),
        (_field("pieces"), Mapping(columns={"pieces": "Parts"}), "error"),
        (_field("name"), None, "notice"),
        (_field("other"), None, "notice"),
    ],
)
def test_an_unsupported_column_harms_only_where_it_is_wanted(
    field: Field, said: Mapping | None, severity: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"name": ["x"], "Parts": pa.array([[1, 2]])}), path)
    assert _noted(path, field, said) == {"read.column-unsupported": severity}
