"""Real files of departments, each down the road: what is asked, what is found, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.real.files import FILES, NEW_YORK
from tests.journey.real.trial import Cities

# Proposal (None: not asked), outcome, and what must be among the findings.
EXPECTED: dict[str, tuple[str | None, str, set[str]]] = {
    "sz.zip": ("EPSG:4490", "landed", set()),
    "sz_districts_gbk.zip": ("GCJ-02", "landed", {"read.encoding-detected", "crs.limited"}),
    "440300.json": ("GCJ-02", "landed", {"crs.limited"}),
    "Nanshan": (None, "waiting", {"geometry.ring-self-intersection", "crs.untold"}),
    "CSV in GBK": ("BD-09", "returned", {"read.encoding-detected", "extent.outside"}),
    "lots, XLSX": ("BD-09", "returned", {"extent.outside"}),
    "no header": (None, "returned", {"read.cells-beyond-head"}),
    "said to have none": ("BD-09", "returned", {"extent.outside"}),
    "campuses": ("–", "landed", {"crs.limited"}),
    "bus lines": (None, "landed", {"duplicate.exact"}),
    "grd_addr": (None, "returned", {"crs.unsupported"}),
    "nc.shp": (None, "returned", {"crs.unsupported"}),
    "JTS": ("–", "returned", {"geometry.self-intersection", "geometry.holes-nested", "geometry.empty"}),
    "GeoJSON edge": (None, "landed", {"geometry.precision"}),
}


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cities]:
    made = Cities(tmp_path_factory.mktemp("cities"))
    yield made
    made.close()


@pytest.mark.parametrize("part", EXPECTED)
def test_a_real_file(part: str, cities: Cities, test_data: Path) -> None:
    number, sent = next((number, one) for number, one in enumerate(FILES) if part in one.name)
    found = cities.send(sent, test_data, f"real-{number}")
    asked, outcome, codes = EXPECTED[part]
    assert (found.asked, found.outcome) == (asked, outcome), found.findings
    assert codes <= set(found.findings)


def test_every_file_is_expected_here_or_lands_elsewhere() -> None:
    """New York's two take longest; `test_real_data` sends their buildings."""
    left = [one for one in FILES if not any(part in one.name for part in EXPECTED)]
    assert {one.city for one in left} == {NEW_YORK}
