"""The audit line belongs to its act; the chain is sealed after the commit, by one sealer at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from diban.governance.audit import MAX_DETAIL, Audit
from diban.governance.chain import sm3
from diban.governance.ledger_tables import audit_head, audit_line
from diban.ground import Damaged, TooLarge, micros, now
from diban.store import Database, Generation, metadata, reading, unit
from tests.governance.audited import BY, Ledger
from tests.postgres import Cluster


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Ledger:
    return Ledger(database, tmp_path)


def test_sm3_is_that_of_the_standard() -> None:
    """GB/T 32905-2016, example 1."""
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_line_that_cannot_be_written_fails_its_act(ledger: Ledger) -> None:
    generation = Generation(ledger.database)

    def change() -> None:
        with unit(ledger.database) as act:
            generation.bump(act)
            BY.note(act, "thing.change", "thing", {"much": "x" * MAX_DETAIL})

    with pytest.raises(TooLarge):
        change()
    assert (generation.current(), ledger.rows()) == (0, [])


def test_lines_are_read_back_newest_first(ledger: Ledger) -> None:
    ledger.write(3)
    ledger.seal()
    ledger.write(1, "other")
    with reading(ledger.database) as connection:
        lines = Audit.lines(connection, actor="acc_1", limit=2)
        rest = Audit.lines(connection, before=lines[-1].id)
        one = Audit.lines(connection, subject="thing_1", request_id="req_1")
    assert [line.subject for line in lines + rest] == ["other_0", "thing_2", "thing_1", "thing_0"]
    assert (lines[0].position, rest[0].position) == (None, 2)
    assert (one[0].by, one[0].act, one[0].detail) == (BY, "thing.change", {"number": 1})


def test_lines_get_positions_after_their_commit(ledger: Ledger) -> None:
    assert ledger.seal() == 0
    ledger.write(1203)
    assert [row["position"] for row in ledger.rows()] == [None] * 1203
    assert (ledger.seal(), ledger.seal()) == (1203, 0)
    assert [row["position"] for row in ledger.rows()] == list(range(1, 1204))
    assert ledger.verify().whole
    head = ledger.heads.read()
    assert head is not None
    assert (head.position, head.hash) == (1203, ledger.rows()[-1]["hash"])


def test_a_long_act_does_not_hold_up_the_others(postgres_cluster: Cluster, tmp_path: Path) -> None:
    """On PostgreSQL; SQLite has one writer, so there no act commits while another one writes."""
    with postgres_cluster.database() as url:
        ledger = Ledger(Database(url), tmp_path)
        metadata.create_all(ledger.database.engine)
        with unit(ledger.database) as act:
            BY.note(act, "thing.change", "slow")
            ledger.write(5, "quick")
            assert ledger.seal() == 5
        assert ledger.seal() == 1
        assert ledger.verify().whole
        assert ledger.rows()[-1]["subject"] == "slow"
        ledger.database.close()


def test_many_sealers_make_one_chain(ledger: Ledger) -> None:
    stop = threading.Event()

    def sealing() -> int:
        sealed = 0
        while not stop.is_set():
            sealed += ledger.seal()
        return sealed + ledger.seal()

    with ThreadPoolExecutor(7) as pool:
        sealers = [pool.submit(sealing) for _ in range(3)]
        writers = [pool.submit(ledger.write, 10, f"by{n}") for n in range(40)]
        for writer in writers:
            writer.result()
        stop.set()
        assert sum(sealer.result() for sealer in sealers) == 400
    assert [row["position"] for row in ledger.rows()] == list(range(1, 401))
    assert ledger.verify().whole


def test_a_head_that_was_not_exported_is_exported_next_time(ledger: Ledger, tmp_path: Path) -> None:
    ledger.write(3)
    ledger.seal()
    kept = (tmp_path / "audit" / "head.json").read_bytes()
    ledger.write(2)
    ledger.seal()
    (tmp_path / "audit" / "head.json").write_bytes(kept)  # as if killed between commit and export
    assert ledger.verify().whole
    assert ledger.seal() == 0
    head = ledger.heads.read()
    assert head is not None
    assert head.position == 5


def test_a_chain_whose_tail_was_cut_is_not_grown(ledger: Ledger) -> None:
    ledger.write(10)
    ledger.seal()
    ledger.tamper(lambda rows: rows[:7])
    ledger.write(5)
    with pytest.raises(Damaged):
        ledger.seal()
    assert ("tail-cut", 8, 10) in ledger.found()


def test_checkpoints_are_kept_for_long_chains(ledger: Ledger) -> None:
    ledger.write(2400)
    ledger.seal()
    with reading(ledger.database) as connection:
        positions = connection.execute(sa.select(audit_head.c.position)).scalars().all()
    assert positions == [1000, 2000]


def test_a_line_left_unsealed_is_named(ledger: Ledger) -> None:
    ledger.write(2)
    ledger.seal()
    ledger.write(1)
    assert ledger.verify().whole
    with unit(ledger.database) as act:
        old = micros(now() - timedelta(minutes=5))
        act.connection.execute(sa.update(audit_line).where(audit_line.c.position.is_(None)).values(at=old))
    (found,) = ledger.verify().breaks
    assert (found.kind, found.line) == ("unsealed", ledger.rows()[-1]["id"])
