"""How well coordinates are told, on made-up cities and on every real file: nothing missed, nothing false."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.intake.detect.figures import judged
from tests.intake.detect.made import HELD_AGAINST, cases
from tests.intake.detect.real import FILES, judged_files


@pytest.fixture(scope="module")
def made() -> dict[tuple[str, str], str]:
    """The outcome of each made-up case, by what it is held against."""
    return {(case.held_against, case.name): judged(case) for case in cases(0, ("points",))}


def test_nothing_made_up_is_missed_or_false(made: dict[tuple[str, str], str]) -> None:
    assert set(made.values()) == {"right", "told", "found", "asked"}


@pytest.mark.parametrize("against", HELD_AGAINST)
def test_what_the_area_tells_is_found_with_every_reference(
    made: dict[tuple[str, str], str], against: str
) -> None:
    for code in ("EPSG:4490,yx", "EPSG:4547", "EPSG:4526", "EPSG:4547,yx", "EPSG:3857"):
        assert made[against, f"{code}, said to be degrees"] == "found"
    for code in ("EPSG:4547", "EPSG:4526", "EPSG:3857"):
        assert (
            made[against, f"{code}, nothing said"] == made[against, f"{code}, another zone said"] == "found"
        )
        assert made[against, f"{code}, rightly said"] == "right"


def test_a_shift_is_found_with_districts_and_said_to_be_hidden_without(
    made: dict[tuple[str, str], str],
) -> None:
    for code in ("GCJ-02", "BD-09"):
        assert made["area", f"{code}, said to be degrees"] == "told"
        assert made["area", f"{code}, nothing said"] == "asked"
        for against in ("districts named", "current version"):
            assert made[against, f"{code}, said to be degrees"] == "found"
            assert made[against, f"{code}, nothing said"] == "found"


def test_a_shift_that_no_crs_explains_is_never_explained(made: dict[tuple[str, str], str]) -> None:
    assert made["current version", "moved by 370 m"] == "asked"
    assert {made[against, "moved by 370 m"] for against in HELD_AGAINST} == {"told", "asked"}


@pytest.mark.filterwarnings("ignore:Measured:UserWarning")
def test_real_files_are_judged_as_they_are(test_data: Path) -> None:
    files = {one.cells[0]: one.outcome for one in judged_files(test_data)}
    assert len(files) == len(FILES)
    assert Counter(files.values()) == {
        "refused": 14, "–": 14, "found": 9, "right": 6, "told": 7, "asked": 4,
    }  # fmt: skip
    for name in ("深圳市.geojson", "sz_districts_gbk.shp", "440300.json", "park_no_repeat.xlsx"):
        assert files[name] == "found"
    assert files["SZ_districts.shp"] == "right"
    assert files["大学-8084.json"] == "asked"
