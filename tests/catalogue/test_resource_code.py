"""Codes read back as written, and are given once whoever asks at the same time."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diban.catalogue import Category, ResourceCode
from diban.catalogue.resource_code import mint
from diban.ground import Invalid
from diban.store import Database, unit

CATEGORY = Category("3", "07", "001", "02")


def digits(shortest: int, longest: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=shortest, max_size=longest)


@given(digits(1, 1), digits(2, 2), digits(3, 3), digits(0, 12), digits(1, 12))
def test_round_trip(class_: str, item: str, directory: str, detail: str, sequence: str) -> None:
    code = ResourceCode(Category(class_, item, directory, detail), sequence)
    assert ResourceCode.parse(str(code)) == code


def test_how_it_is_written() -> None:
    assert str(ResourceCode(CATEGORY, "4")) == "30700102/4"
    assert ResourceCode.parse("307001/000004").sequence == "000004"


@pytest.mark.parametrize(
    "text", ["", "307001", "30700/1", "307001/", "307001/x", "3O7001/1", "３07001/1", "307001/1/2"]
)
def test_what_is_no_code(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ResourceCode.parse(text)
    assert refused.value.limit is not None
    assert refused.value.remedy is not None


def test_a_digit_cannot_slip_into_the_next_part() -> None:
    with pytest.raises(Invalid):
        Category("30", "7", "001")


def test_threads_never_get_the_same_code(database: Database) -> None:
    def take(_: int) -> str:
        with unit(database) as act:
            return str(mint(act.connection, CATEGORY))

    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(take, range(24)))
    assert sorted(codes, key=lambda code: int(code.split("/")[1])) == [f"30700102/{n}" for n in range(1, 25)]


PROGRAM = """
import sys
from diban.catalogue import Category
from diban.catalogue.resource_code import mint
from diban.store import Database, unit
database = Database(sys.argv[1])
for _ in range(10):
    with unit(database) as act:
        sys.stdout.write(str(mint(act.connection, Category("3", "07", "001", "02"))) + "\\n")
"""


def test_processes_never_get_the_same_code(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, url], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    codes = [line for process in running for line in process.communicate(timeout=60)[0].split()]
    assert sorted(int(code.split("/")[1]) for code in codes) == list(range(1, 21))


def test_an_act_that_fails_gives_no_code_away_twice(database: Database) -> None:
    def fail() -> None:
        with unit(database) as act:
            mint(act.connection, CATEGORY)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with unit(database) as act:
        assert str(mint(act.connection, CATEGORY)) == "30700102/1"
        assert str(mint(act.connection, Category("3", "07", "001"))) == "307001/1"
