"""Binary COPY: what is encoded in whole batches is what PostgreSQL's own description of the format says."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given
from hypothesis import strategies as st

from diban.base.postgis.wire import encode

SEQ = 7
integers = st.integers(-(2**63), 2**63 - 1)
rows = st.fixed_dictionaries(
    {
        "fid": integers,
        "tfrom": st.none() | integers,
        "zmin": st.none() | st.floats(allow_nan=False),
        "hash": st.binary(min_size=32, max_size=32),
        "geom": st.none()
        | st.builds(shapely.Point, st.floats(-180, 180), st.floats(-90, 90)).map(shapely.to_wkb),
        "c1": st.none() | st.text(),
        "c2": st.none() | st.text(max_size=3),
        "c3": st.none() | integers,
    }
)
TYPES = {
    "fid": pa.int64(),
    "tfrom": pa.int64(),
    "zmin": pa.float64(),
    "hash": pa.binary(32),
    "geom": pa.binary(),
    "c1": pa.string(),
    "c2": pa.string(),
    "c3": pa.int64(),
}


def field(name: str, value: Any) -> bytes:
    """One field by the manual, one value at a time."""
    if value is None:
        return struct.pack(">i", -1)
    if isinstance(value, str):
        data = value.encode()
    elif name == "geom":
        kind = struct.unpack("<I", value[1:5])[0]
        data = b"\1" + struct.pack("<II", kind | 0x20000000, 4490) + value[5:]
    elif isinstance(value, bytes):
        data = value
    else:
        data = struct.pack(">d" if isinstance(value, float) else ">q", value)
    return struct.pack(">i", len(data)) + data


@given(found=st.lists(rows, min_size=1, max_size=8), start=st.integers(0, 7))
def test_a_batch_is_encoded_as_the_manual_says(found: list[dict[str, Any]], start: int) -> None:
    start %= len(found)
    whole = pa.RecordBatch.from_pydict(
        {name: pa.array([row[name] for row in found], TYPES[name]) for name in TYPES}
    )
    columns, data = encode(whole.slice(start), SEQ)
    expected = b"".join(
        struct.pack(">h", len(columns))
        + b"".join(field(name, SEQ if name == "vfrom" else row[name]) for name in columns)
        for row in found[start:]
    )
    assert bytes(data) == expected
    absent = {name for name in TYPES if all(row[name] is None for row in found[start:])}
    assert set(columns) == {"vfrom", *TYPES} - absent


def test_a_batch_without_long_columns_is_encoded() -> None:
    batch = pa.RecordBatch.from_pydict({"fid": pa.array(np.arange(3)), "c1": pa.nulls(3, pa.string())})
    columns, data = encode(batch, SEQ)
    assert columns == ["vfrom", "fid"]
    assert bytes(data) == b"".join(struct.pack(">hiqiq", 2, 8, SEQ, 8, fid) for fid in range(3))
