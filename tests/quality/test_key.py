"""Repeated keys are found exactly, whatever the hash does, in bounded memory."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import CGCS2000, ROW, FeatureSet, Field, GeometryKind, Kind, Schema, Text
from diban.quality import check
from diban.quality.rules.key import UniqueValues
from tests.quality.plots import found, judged, only, plots

Hash = Callable[[bytes], int]


def _repeats(values: list[object], kind: Kind, hashed: Hash, batch: int) -> list[tuple[int, int | None]]:
    """Rows and the earlier rows they repeat, as the rule tells them."""
    field = Field("k", kind, Text("键", "key"), digits=9, scale=2)
    table = pa.table({ROW: range(1, len(values) + 1), "k": pa.array(values, field.arrow_type())})
    features = FeatureSet.of(
        Schema((field,), GeometryKind.NONE), CGCS2000, table.to_batches(max_chunksize=batch)
    )
    report = check(features, [UniqueValues(field, hashed=hashed)])
    places = [place for finding in report.findings for place in finding.places]
    assert sum(finding.count for finding in report.findings) == report.faulty_rows == len(places)
    return [(place.row, place.other) for place in places]


def _expected(values: list[object]) -> list[tuple[int, int | None]]:
    first: dict[object, int] = {}
    told: list[tuple[int, int | None]] = []
    for row, value in enumerate(values, 1):
        if value is not None and str(value).strip():
            if value in first:
                told.append((row, first[value]))
            first.setdefault(value, row)
    return told


def _coarse(text: bytes) -> int:
    """So weak that different values agree all the time in the first fingerprint, not in the second."""
    return hash(text) if text[:1] == b"\x00" else len(text)


@pytest.mark.parametrize("hashed", [hash, _coarse], ids=["real", "coarse"])
@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(st.one_of(st.none(), st.text("ab 1", max_size=3)), max_size=40), batch=st.integers(1, 9)
)
def test_text_repeats_are_exact_even_where_fingerprints_agree(
    hashed: Hash, values: list[object], batch: int
) -> None:
    assert _repeats(values, Kind.TEXT, hashed, batch) == _expected(values)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.one_of(st.none(), st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1)), max_size=40)
)
def test_whole_numbers_are_compared_exactly(values: list[object]) -> None:
    assert _repeats(values, Kind.INTEGER, hash, 7) == _expected(values)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.decimals(-5, 5, places=2), max_size=40))
def test_decimals_are_compared_exactly(values: list[Decimal]) -> None:
    assert _repeats(list(values), Kind.DECIMAL, hash, 7) == _expected(list(values))


def test_repeated_key_names_both_rows() -> None:
    report = judged(plots(300, {"code": {250: "440391000000004"}}))
    place = only(report).places[0]
    assert found(report) == {("key.repeated", "code"): [250]}
    assert (place.row, place.other, place.value) == (250, 5, "440391000000004")
    assert place.lon is not None


def test_unique_field_is_checked_like_the_key() -> None:
    report = judged(plots(300, {"deed": {2: 0, 299: 0, 300: 7 * 299 + 1}}))
    assert found(report) == {("field.repeated", "deed"): [2, 299]}
    assert [place.other for place in only(report).places] == [1, 1]


def test_counts_all_repeats_and_keeps_the_first_places() -> None:
    values = [f"k{i % 4000}" for i in range(20_000)]
    random.Random(3).shuffle(values)
    field = Field("k", Kind.TEXT, Text("键", "key"))
    batch = pa.record_batch({"k": values})
    report = check(
        FeatureSet.of(Schema((field,), GeometryKind.NONE), CGCS2000, [batch]), [UniqueValues(field, key=True)]
    )
    finding = only(report)
    assert (finding.count, report.faulty_rows, len(finding.places)) == (16_000, 16_000, 100)
    assert [(place.row, place.other) for place in finding.places] == _expected(list(values))[:100]


_MEMORY = """
import resource, sys
import numpy as np, pyarrow as pa
from diban.ground import CGCS2000, FeatureSet, Field, GeometryKind, Kind, Schema, Text
from diban.quality import check
from diban.quality.rules.key import UniqueValues
rows = int(sys.argv[1])
field = Field("k", Kind.TEXT, Text("键", "key"))
def batches():
    for start in range(0, rows, 50_000):
        numbers = np.arange(start, start + 50_000)
        numbers[numbers >= rows - 10] -= 10
        yield pa.record_batch({"k": pa.array(numbers).cast(pa.string())})
report = check(FeatureSet(Schema((field,), GeometryKind.NONE), CGCS2000, batches), [UniqueValues(field)])
assert report.rows == rows and report.findings[0].count == 10, report
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.battery
@pytest.mark.timeout(300)
def test_memory_stays_below_sixteen_bytes_a_row() -> None:
    peaks = [
        int(
            subprocess.run([sys.executable, "-c", _MEMORY, str(rows)], check=True, capture_output=True).stdout
        )
        for rows in (500_000, 5_000_000)
    ]
    assert np.diff(peaks)[0] <= 4_500_000 * 20  # 16 and what the allocator keeps
