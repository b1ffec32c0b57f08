"""Workers in other processes: many at once, and one that is killed at its work."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import sqlalchemy as sa

from diban.ground import micros, now
from diban.store import Database, Jobs, may_be_alive, reading, this_process, unit
from diban.store.tables import job, job_log
from tests.store.elsewhere import ready, url_of, work
from tests.store.killed import killed_while

JOBS = Jobs()


def ask(database: Database, keys: list[str]) -> None:
    """Enqueue jobs."""
    with unit(database) as act:
        for key in keys:
            JOBS.enqueue(act, "test", key, {})


def test_two_workers_never_hold_one_job(database: Database, others: ProcessPoolExecutor) -> None:
    ask(database, [f"key {number}" for number in range(30)])
    url = url_of(database)
    elsewhere = [others.submit(work, url, f"process {number}") for number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        here = list(pool.map(lambda number: work(url, f"thread {number}"), range(2)))
    done = [finished for each in (*here, *(one.result() for one in elsewhere)) for finished in each]
    assert len(done) == len(set(done)) == 30
    with reading(database) as connection:
        assert len(connection.execute(sa.select(job_log.c.job)).all()) == 30
        assert set(connection.execute(sa.select(job.c.state, job.c.attempts)).all()) == {("done", 1)}


def test_the_same_key_asked_for_at_once_is_one_job(database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: ask(database, ["same"]), range(12)))
    with reading(database) as connection:
        assert len(connection.execute(sa.select(job.c.id)).all()) == 1


def test_the_work_of_a_killed_process_is_taken_over(database: Database) -> None:
    ask(database, ["key"])
    dead = killed_while("hold_a_job_until_killed", url_of(database))
    assert not may_be_alive(dead)
    with unit(database) as act:
        assert JOBS.lease(act, this_process(), ("test",)) is None, "its lease has not run out yet"
        taken = JOBS.take(act, "key", this_process())
    assert taken is not None
    assert (taken.attempts, taken.done, taken.resume) == (2, 3, {"row": 3})
    with unit(database) as act:
        assert JOBS.take(act, "key", this_process()) is None, "this process holds it and lives"
        assert JOBS.finish(act, taken)
        assert JOBS.take(act, "key", this_process()) is None, "it is done"
        assert JOBS.take(act, "no such key", this_process()) is None


def test_a_lease_that_ran_out_is_free_for_any_worker(database: Database) -> None:
    ask(database, ["key"])
    killed_while("hold_a_job_until_killed", url_of(database))
    with unit(database) as act:
        act.connection.execute(sa.update(job).values(lease_until=micros(now()) - 1))
        taken = JOBS.lease(act, this_process(), ("test",))
    assert taken is not None
    assert taken.resume == {"row": 3}


def test_a_waiting_job_is_taken_before_it_is_due(database: Database) -> None:
    ask(database, ["key"])
    with unit(database) as act:
        held = JOBS.take(act, "key", this_process())
        assert held is not None
        JOBS.fail(act, held, "it broke")
        again = JOBS.take(act, "key", this_process())
    assert again is not None
    assert again.attempts == 2


def test_processes_are_known_by_more_than_their_number(others: ProcessPoolExecutor) -> None:
    host, pid, started = this_process().rsplit(":", 2)
    assert may_be_alive(this_process())
    assert may_be_alive(others.submit(ready).result())
    assert not may_be_alive(f"{host}:{pid}:{int(started) + 1}"), "the number is used again by another"
    assert not may_be_alive(f"{host}:4194999:1")
    # What cannot be seen from here may be alive: its lease decides.
    for unseen in (f"elsewhere:{pid}:1", "", "nonsense", f"{host}:x:1"):
        assert may_be_alive(unseen)
