"""The history of one feature: every life that may be seen, told from one version to the next, no scan."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from diban.base import Lives, differing
from diban.ground import FID, AllOf, Compare, Denied, LayerId, LayerScope, Mask, Missing, Mode, Scope
from tests.contract.board import ALL, BUILDINGS, Board, Row, city, fids, square

HOUSE = "000003"


def lived(engine: Board) -> tuple[LayerId, int]:
    """A layer in whose versions one house is raised, renamed, moved and taken away; and its number."""
    rows = {row["code"]: row | {"name": "旧名", "floors": 3} for row in city(9)}
    layer = engine.filled(BUILDINGS, list(rows.values()))
    fid = fids(engine.rows(layer))[HOUSE]
    for changed in (
        rows[HOUSE] | {"floors": 30},
        rows[HOUSE] | {"floors": 30, "name": "新名", "geometry": square(113.95, 22.55)},
    ):
        rows[HOUSE] = changed
        engine.land(layer, list(rows.values()))
    engine.land(layer, list(rows.values()), Mode.UNCHANGED)
    del rows[HOUSE]
    engine.land(layer, list(rows.values()))
    return layer, fid


def told(lives: Lives) -> list[tuple[int, int | None, list[str]]]:
    """Versions from and to of each life, and what it differs in from the one before."""
    return [
        (
            life.since.seq,
            None if life.until is None else life.until.seq,
            differing(lives.batch, row - 1, row) if row else [],
        )
        for row, life in enumerate(lives.spans)
    ]


def granted(layer: LayerId, grant: LayerScope) -> Scope:
    """A grant on one layer."""
    return Scope("district", "contract suite", {layer: grant})


def test_each_life_with_what_changed(engine: Board) -> None:
    layer, fid = lived(engine)
    lives = engine.base.lives(layer, fid, ALL)
    assert told(lives) == [(1, 2, []), (2, 3, ["floors"]), (3, 4, ["name", "geometry"])]
    assert lives.batch.column("floors").to_pylist() == [3, 30, 30]
    assert lives.whole
    other = fids(engine.rows(layer))["000000"]
    assert told(engine.base.lives(layer, other, ALL)) == [(1, None, [])]
    with pytest.raises(Missing):
        engine.base.lives(layer, 999, ALL)


def test_rows_that_were_moved_to_the_past_are_told_the_same(engine: Board) -> None:
    layer, fid = lived(engine)
    before = told(engine.base.lives(layer, fid, ALL))
    engine.base.tidy(layer, 4)
    assert told(engine.base.lives(layer, fid, ALL)) == before


def test_nothing_of_an_unfinished_landing(engine: Board) -> None:
    rows = city(5)
    layer = engine.filled(BUILDINGS, rows)
    staged = engine.stage(engine.compare(layer, [rows[0] | {"floors": 99}, *rows[2:]]))
    numbers = fids(engine.rows(layer))
    for row in rows[:2]:
        assert told(engine.base.lives(layer, numbers[row["code"]], ALL)) == [(1, None, [])]
    engine.flip(staged)
    assert [span[:2] for span in told(engine.base.lives(layer, numbers["000000"], ALL))] == [
        (1, 2),
        (2, None),
    ]


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (LayerScope(fields=frozenset({"code", "floors"}), decimals=None), [(1, 2), (2, 3), (3, 4)]),
        (LayerScope(fields=frozenset({"code"}), decimals=0), [(1, 4)]),
        (LayerScope(fields=frozenset({"code", "name"}), decimals=0), [(1, 3), (3, 4)]),
        (LayerScope(masks=(("name", Mask.HIDE),), decimals=0), [(1, 2), (2, 4)]),
        (LayerScope(area=shapely.to_wkb(shapely.box(113.949, 22.549, 113.952, 22.552))), [(3, 4)]),
        (LayerScope(rows=AllOf((Compare("floors", "<", 10),))), [(1, 2)]),
        (LayerScope(rows=AllOf((Compare("floors", ">", 10),))), [(2, 3), (3, 4)]),
    ],
    ids=["fields", "one field", "name", "hidden name", "area", "low", "high"],
)
def test_only_what_is_seen_tells_lives_apart(
    engine: Board, grant: LayerScope, expected: list[tuple[int, int]]
) -> None:
    layer, fid = lived(engine)
    lives = engine.base.lives(layer, fid, granted(layer, grant))
    assert [span[:2] for span in told(lives)] == expected
    shown: list[Row] = lives.batch.to_pylist()
    hidden = {field.name for field in BUILDINGS.fields if not grant.shows(field.name)}
    assert not hidden & set(shown[0])
    assert {row[FID] for row in shown} == {fid}


def test_what_may_not_be_seen_was_never_there(engine: Board) -> None:
    layer, fid = lived(engine)
    with pytest.raises(Missing):
        engine.base.lives(layer, fid, granted(layer, LayerScope(rows=Compare("floors", ">", 99))))
    with pytest.raises(Denied):
        engine.base.lives(layer, fid, Scope.nothing())


def test_it_is_found_by_number_and_not_by_a_scan(engine: Board) -> None:
    layer, fid = lived(engine)
    asked: list[tuple[str, Any]] = []
    _, reader = engine.overview(layer)
    with reader as opened:
        watched = opened.connection.engine

        def note(_connection: Any, _cursor: Any, statement: str, bound: Any, *_: Any) -> None:
            if "UNION ALL" in statement:
                asked.append((statement, bound))

        sa.event.listen(watched, "before_cursor_execute", note)
        try:
            engine.base.lives(layer, fid, ALL)
        finally:
            sa.event.remove(watched, "before_cursor_execute", note)
        ((statement, bound),) = asked
        embedded = watched.dialect.name == "sqlite"
        # a small table is rather scanned by PostgreSQL: what counts is that it need not be
        if not embedded:
            opened.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explained = f"EXPLAIN {'QUERY PLAN ' if embedded else ''}{statement}"
        plan = " ".join(map(str, opened.connection.exec_driver_sql(explained, bound)))
    assert not any(word in plan for word in ("SCAN live", "SCAN past", "Seq Scan")), plan
    assert plan.count("_fid") >= 2, plan
