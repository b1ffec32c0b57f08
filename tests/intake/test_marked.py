"""Marked rows: written as far as they are bound to, and whether that is all is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from diban.intake import MARKS, UNBOUNDED, Bound, open_upload, write_marked
from diban.intake.sandbox.limits import Limits
from tests.intake.uploads import read

COUNT = 4_000
ROWS = range(1, COUNT + 1)
FAULTY = ROWS[::7]
PIECES = replace(Limits(), batch_rows=1_000)


def _feature(number: int, **marks: str) -> dict[str, Any]:
    properties = {"code": f"{number:05d}", "名称": f"第{number}行", **marks}
    shape = {"type": "Point", "coordinates": [113.5, 22.5 + number / 16384]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


@pytest.mark.parametrize(
    ("bound", "most"),
    [
        (UNBOUNDED, len(FAULTY)),
        (Bound(rows=len(FAULTY)), len(FAULTY)),
        (Bound(rows=11), 11),
        (Bound(bytes=1), None),
        (Bound(seconds=0), None),
    ],
)
def test_rows_end_at_the_bound(tmp_path: Path, bound: Bound, most: int | None) -> None:
    sent = tmp_path / "sent.geojson"
    sent.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [_feature(n) for n in ROWS]}))
    told = [f"fault of {row}" for row in FAULTY]
    marks = pa.table({"_row": pa.array(FAULTY, pa.int64()), **dict.fromkeys(MARKS, told)})
    with open_upload(sent, limits=PIECES) as opened:
        made = write_marked(opened, marks, tmp_path / "rows", bound)
    written = orjson.loads(made.path.read_bytes())["features"]
    assert written == [_feature(n, **dict.fromkeys(MARKS, f"fault of {n}")) for n in FAULTY[: made.rows]]
    if most is None:  # the first piece in any case, not the second
        assert 1 < made.rows < len(FAULTY)
    else:
        assert made.rows == most
    assert made.whole == (made.rows == len(FAULTY))
    back = read(made.path)  # delivered again, the marks stay out of the data
    assert back.codes() == set()
    assert [name for name in back.table.column_names if not name.startswith("_")] == [
        "code",
        "名称",
        "geometry",
    ]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["rows.geojson", "sent.geojson"]
