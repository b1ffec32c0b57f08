"""Pages: complete and without doubles in every order, absent values last, each page read on its own."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from diban.base import MAX_PAGE, Order, Query
from diban.ground import NOW, Compare, Extent, Invalid, LayerId, Moment
from tests.contract.board import ALL, BUILDINGS, EVERYTHING, Board, Row, city, plain

ROWS = 120
FIELDS = [field.name for field in BUILDINGS.fields]
SIDE = Extent(113.9, 22.5, 113.95, 22.6)


@pytest.fixture(scope="module")
def layer(engine: Board) -> LayerId:
    """A layer whose rows lie in both relations: half of them changed once, some ended."""
    layer, rows = engine.layer(BUILDINGS), city(ROWS + 10)
    engine.land(layer, [row | {"floors": 1, "name": "old"} for row in rows])
    engine.land(layer, rows[:ROWS])
    engine.base.tidy(layer, 2)
    return layer


def in_order(rows: Sequence[Row], order: Sequence[Order]) -> list[Row]:
    """The rows as they must come: by the fields, absent values last, then by feature number."""

    def compared(one: Row, other: Row) -> int:
        for term in order:
            a, b = one[term.field], other[term.field]
            if a is None or b is None:
                if (a is None) != (b is None):
                    return 1 if a is None else -1
            elif a != b:
                return (1 if a > b else -1) * (-1 if term.descending else 1)
        return int(one["_fid"] - other["_fid"])

    return sorted(rows, key=functools.cmp_to_key(compared))


@pytest.mark.parametrize("limit", [1, 7, ROWS - 1, ROWS, ROWS + 1])
def test_pages_follow_feature_numbers(engine: Board, layer: LayerId, limit: int) -> None:
    found = engine.pages(layer, Query(limit=limit))
    assert [row["_fid"] for row in found] == list(range(1, ROWS + 1))
    assert plain(found) == plain(city(ROWS))


@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("field", FIELDS)
def test_every_field_sorts_and_pages(engine: Board, layer: LayerId, field: str, descending: bool) -> None:
    order = (Order(field, descending),)
    expected = in_order(engine.rows(layer), order)
    assert engine.pages(layer, Query(order=order, limit=11)) == expected


@pytest.mark.parametrize(
    "order",
    [
        (Order("name"), Order("floors", True)),
        (Order("floors", True), Order("name", True), Order("height")),
        (Order("open"), Order("open", True), Order("price", True)),
    ],
    ids=lambda order: "+".join(term.field for term in order),
)
def test_several_fields_sort_and_page(engine: Board, layer: LayerId, order: tuple[Order, ...]) -> None:
    expected = in_order(engine.rows(layer), order)
    for limit in (1, 13):
        assert engine.pages(layer, Query(order=order, limit=limit)) == expected


def test_pages_with_a_box_and_a_condition(engine: Board, layer: LayerId) -> None:
    order = (Order("name", True), Order("height"))
    query = Query(bbox=(SIDE,), where=Compare("floors", ">", 0), order=order, limit=4)
    expected = in_order(engine.pages(layer, replace(EVERYTHING, bbox=(SIDE,), where=query.where)), order)
    assert 4 < len(expected) < ROWS
    assert engine.pages(layer, query) == expected
    assert engine.count(layer, query) == len(expected)


def test_pages_of_an_older_version_in_order(engine: Board, layer: LayerId) -> None:
    moment = Moment(version=engine.base.history(layer)[-1].id)
    order = (Order("floors"), Order("price", True))
    expected = in_order(engine.rows(layer, moment), order)
    assert len(expected) == ROWS + 10
    assert engine.pages(layer, Query(order=order, limit=9), moment) == expected


def test_a_page_shows_only_the_fields_asked_for(engine: Board, layer: LayerId) -> None:
    page = engine.base.at(layer, Moment(), ALL).page(Query(fields=("price", "code"), geometry=False, limit=3))
    assert page.batch.schema.names == ["_fid", "price", "code"]
    # Sorting by a field that is not shown is allowed, its values travel in the token only.
    shown = engine.pages(layer, Query(fields=("code",), order=(Order("height"),), limit=10))
    assert [row["code"] for row in shown] == [
        row["code"] for row in in_order(engine.rows(layer), (Order("height"),))
    ]


@pytest.mark.parametrize("limit", [0, -1, MAX_PAGE + 1])
def test_a_page_has_its_limits(limit: int) -> None:
    with pytest.raises(Invalid) as caught:
        Query(limit=limit)
    assert caught.value.field == "limit"


def test_unknown_fields_are_named(engine: Board, layer: LayerId) -> None:
    for query in (Query(fields=("nothing",)), Query(order=(Order("nothing"),))):
        with pytest.raises(Invalid) as caught:
            engine.base.at(layer, Moment(), ALL).page(query)
        assert caught.value.field == "nothing"


def token(values: object) -> str:
    """A page token made by somebody who knows how they are made."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        "",
        "%",
        "AAAA",
        token([1, 2, 3]),
        token({"fid": 1}),
        token([5]),
        token(["x", 5]),
        token([1.5, 5]),
        token([True, 5]),
        token([1, "5"]),
        token([1, None]),
        token([1, True]),
        token([2**63, 5]),
        token([1, 2**63]),
        token([-(2**63) - 1, 5]),
    ],
)
def test_a_token_of_another_query_is_refused(engine: Board, layer: LayerId, after: str) -> None:
    with pytest.raises(Invalid) as caught:
        engine.base.at(layer, Moment(), ALL).page(Query(order=(Order("floors"),), after=after))
    assert caught.value.field == "after"


def test_a_first_page_knows_how_many_match_where_it_has_read_them_all(
    engine: Board, layer: LayerId, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, asked = engine.base.at(layer, NOW, ALL), Query(bbox=(SIDE,), limit=10)
    count = seen.count(asked)
    assert 10 < count < ROWS
    first = seen.page(asked)
    assert (first.matched, first.batch.num_rows) == (count, 10)
    assert seen.page(replace(asked, after=first.after)).matched is None
    assert seen.page(Query(limit=ROWS)).matched == ROWS
    assert seen.page(Query(limit=ROWS - 1)).matched is None
    monkeypatch.setattr("diban.base.snapshot.AHEAD", 5)
    short = seen.page(asked)
    assert short.matched is None
    assert (short.batch, short.after) == (first.batch, first.after)
    assert seen.page(replace(asked, where=Compare("floors", ">", 10**9))).matched == 0


def test_a_version_before_is_read_from_both_relations(engine: Board, layer: LayerId) -> None:
    first = engine.base.history(layer)[-1]
    asked = Query(bbox=(SIDE,), limit=200)
    old, new = (engine.base.at(layer, moment, ALL) for moment in (Moment(version=first.id), NOW))
    assert {row["name"] for row in old.page(asked).batch.to_pylist()} == {"old"}
    assert old.page(asked).matched == old.count(asked) > new.count(asked)
