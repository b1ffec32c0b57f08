"""What others learn of a landing: one feed entry, one step of the generation, a job for the ended rows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import sqlalchemy as sa

from diban.base import TIDY
from diban.ground import Mode
from diban.store import metadata, reading
from tests.contract.board import BUILDINGS, Board, city


def test_a_landing_is_told_exactly_once(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(12)
    for part in (rows[:10], rows, rows[5:]):
        entries, generation = engine.entries(), engine.generation_now()
        changes = engine.compare(layer, part)
        staged = engine.stage(changes, f"delivery of {len(part)}")
        assert (engine.entries(), engine.generation_now()) == (entries, generation)
        version = engine.flip(staged)
        assert (engine.entries(), engine.generation_now()) == (entries + 1, generation + 1)
        engine.flip(engine.stage(changes, f"delivery of {len(part)}"))
        assert (engine.entries(), engine.generation_now()) == (entries + 1, generation + 1)
        assert engine.generation.current() == generation + 1
        with reading(engine.database) as connection:
            (told,) = engine.feed.after(connection, entries)
        assert (told.kind, told.subject) == ("layer.landed", layer)
        assert told.body == {
            "version": version.id,
            "rows": version.rows,
            "added": version.added,
            "changed": version.changed,
            "removed": version.removed,
            "content": str(version.content),
        }


def test_no_changes_are_not_told(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(5)
    engine.land(layer, rows)
    entries, generation = engine.entries(), engine.generation_now()
    engine.land(layer, rows)
    engine.land(layer, [], Mode.UNCHANGED)
    assert (engine.entries(), engine.generation_now()) == (entries, generation)


def test_an_act_that_fails_tells_nothing(engine: Board) -> None:
    layer = engine.layer(BUILDINGS)
    staged = engine.stage(engine.compare(layer, city(5)))
    entries, generation = engine.entries(), engine.generation_now()
    with suppress(KeyError), engine.acting() as act:
        engine.base.flip(act, staged)
        raise KeyError
    assert (engine.entries(), engine.generation_now()) == (entries, generation)


def test_readers_notice_a_new_schema_and_an_erasure(engine: Board) -> None:
    layer = engine.filled(BUILDINGS, city(5))
    generation = engine.generation_now()
    engine.evolve(layer, replace(BUILDINGS, fields=BUILDINGS.fields[:5]))
    assert engine.generation_now() == generation + 1
    entries = engine.entries()
    engine.base.erase(layer, [1])  # once before its rows go, once after, for what was read meanwhile
    assert (engine.entries(), engine.generation_now()) == (entries + 1, generation + 3)


def test_ended_rows_ask_to_be_tidied_once(engine: Board) -> None:
    layer, rows = engine.layer(BUILDINGS), city(5)
    engine.land(layer, rows[:4])
    engine.land(layer, rows)
    assert jobs_of(engine, layer) == []
    version = engine.land(layer, rows[1:])
    assert jobs_of(engine, layer) == [f"{TIDY}:{version.id}"]


def jobs_of(engine: Board, layer: str) -> list[str]:
    """The keys of the jobs that name a layer."""
    job = metadata.tables["job"]
    with reading(engine.database) as connection:
        found = connection.execute(sa.select(job.c.key).where(job.c.payload.contains(layer, autoescape=True)))
        return sorted(found.scalars())
