"""Jobs: from waiting to an end, taken over, cancelled, tried again, and never held twice."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from diban.ground import JobId, Missing, micros, now
from diban.store import Database, Job, Jobs, reading, unit
from diban.store.jobs import ATTEMPTS, LEASE_SECONDS
from diban.store.tables import job, job_log
from tests.store.undone import undone

JOBS = Jobs()
KINDS = ("test",)


def ask(database: Database, key: str = "key", payload: dict[str, object] | None = None) -> JobId:
    """Enqueue a job."""
    with unit(database) as act:
        return JOBS.enqueue(act, "test", key, payload or {})


def leased(database: Database, worker: str = "worker") -> Job | None:
    """Lease the next job."""
    with unit(database) as act:
        return JOBS.lease(act, worker, KINDS)


def held_by(database: Database, worker: str = "worker") -> Job:
    """Lease the next job, which there is."""
    found = leased(database, worker)
    assert found is not None
    return found


def row_of(database: Database, job_id: JobId) -> sa.RowMapping:
    """The job as it is stored."""
    with reading(database) as connection:
        return connection.execute(sa.select(job).where(job.c.id == job_id)).one()._mapping


def written(database: Database, job_id: JobId, values: dict[str, Any]) -> None:
    """Change the stored job, as time would have done."""
    with unit(database) as act:
        act.connection.execute(sa.update(job).where(job.c.id == job_id).values(values))


def fall_silent(database: Database, job_id: JobId) -> None:
    """The lease has run out."""
    written(database, job_id, {"lease_until": micros(now()) - 1})


def fail(database: Database, held: Job) -> bool:
    """This attempt failed."""
    with unit(database) as act:
        return JOBS.fail(act, held, "it broke")


def test_work_goes_from_waiting_to_done(database: Database) -> None:
    asked = ask(database, payload={"delivery": "d1", "rows": 3})
    held = held_by(database, "here:1:2")
    assert (held.id, held.kind, held.payload) == (asked, "test", {"delivery": "d1", "rows": 3})
    assert (held.attempts, held.done, held.resume) == (1, 0, None)
    row = row_of(database, asked)
    assert (row["state"], row["worker"]) == ("running", "here:1:2")
    assert 0 < row["lease_until"] - micros(now()) <= LEASE_SECONDS * 1_000_000
    assert leased(database) is None
    with unit(database) as act:
        assert JOBS.report(act, held, 5, 10, {"row": 5})
    with unit(database) as act:
        assert JOBS.finish(act, held)
        assert not JOBS.finish(act, held)
    row = row_of(database, asked)
    assert (row["state"], row["done"], row["total"]) == ("done", 5, 10)
    assert row["ended_at"] is not None
    assert leased(database) is None


def test_the_same_key_is_the_same_job(database: Database) -> None:
    assert ask(database) == ask(database) == ask(database, payload={"other": 1})
    assert row_of(database, ask(database))["payload"] == "{}"
    held_by(database)
    assert leased(database) is None


def test_work_may_be_asked_for_in_advance(database: Database) -> None:
    with unit(database) as act:
        asked = JOBS.enqueue(act, "test", "key", {}, after=60)
    row = row_of(database, asked)
    assert row["due_at"] - row["created_at"] == 60_000_000
    assert leased(database) is None
    written(database, asked, {"due_at": micros(now())})
    assert held_by(database).id == asked


def test_a_job_is_asked_for_with_the_act_that_needs_it(database: Database) -> None:
    undone(database, lambda act: JOBS.enqueue(act, "test", "key", {}))
    assert leased(database) is None


def test_who_waits_longest_is_next_among_the_kinds_asked_for(database: Database) -> None:
    keys = [ask(database, f"key {number}") for number in range(3)]
    for number, asked in enumerate(keys):
        written(database, asked, {"due_at": 3 - number})
    with unit(database) as act:
        JOBS.enqueue(act, "other", "other", {})
        assert JOBS.lease(act, "worker", ()) is None
    assert [held_by(database).id for _ in keys] == keys[::-1]
    assert leased(database) is None


def test_a_lease_that_ran_out_is_taken_over_with_what_was_left(database: Database) -> None:
    ask(database)
    first = held_by(database, "first")
    with unit(database) as act:
        assert JOBS.report(act, first, 4, 9, {"row": 4})
    fall_silent(database, first.id)
    second = held_by(database, "second")
    assert (second.id, second.attempts, second.done, second.resume) == (first.id, 2, 4, {"row": 4})
    with unit(database) as act:
        assert not JOBS.renew(act, first)
        assert not JOBS.report(act, first, 9, 9, None)
        assert not JOBS.finish(act, first)
        assert not JOBS.fail(act, first, "too late")
        assert JOBS.renew(act, second)
    assert row_of(database, first.id)["done"] == 4


def test_a_renewed_lease_is_kept(database: Database) -> None:
    ask(database)
    held = held_by(database)
    fall_silent(database, held.id)
    with unit(database) as act:
        assert JOBS.renew(act, held)
    assert leased(database) is None


def test_who_is_silent_but_not_replaced_may_still_finish(database: Database) -> None:
    ask(database)
    held = held_by(database)
    fall_silent(database, held.id)
    with unit(database) as act:
        assert JOBS.finish(act, held)


def test_a_failure_is_tried_again_with_growing_distance(database: Database) -> None:
    asked = ask(database)
    waits = []
    for attempt in range(1, ATTEMPTS):
        held = held_by(database)
        assert held.attempts == attempt
        before = micros(now())
        assert fail(database, held)
        row = row_of(database, asked)
        assert (row["state"], row["fault"]) == ("waiting", "it broke")
        waits.append((row["due_at"] - before) // 1_000_000)
        assert leased(database) is None
        written(database, asked, {"due_at": micros(now())})
    assert waits == [2, 4, 8, 16]
    assert fail(database, held_by(database))
    row = row_of(database, asked)
    assert (row["state"], row["fault"]) == ("failed", "it broke")
    assert leased(database) is None


def test_a_job_that_always_ends_its_worker_is_given_up(database: Database) -> None:
    asked = ask(database)
    for _ in range(ATTEMPTS):
        fall_silent(database, held_by(database, "worker X").id)
    other = ask(database, "other")
    assert held_by(database).id == other
    row = row_of(database, asked)
    assert row["state"] == "failed"
    assert "worker X" in row["fault"]


def test_a_failed_job_can_be_started_afresh_with_as_many_tries(database: Database) -> None:
    asked = ask(database)
    for _ in range(2):
        for _ in range(ATTEMPTS):
            written(database, asked, {"due_at": 0})
            fail(database, held_by(database))
        assert row_of(database, asked)["state"] == "failed"
        with unit(database) as act:
            JOBS.retry(act, asked)
        row = row_of(database, asked)
        assert (row["state"], row["fault"], row["ended_at"]) == ("waiting", None, None)


def test_a_cancelled_job_never_starts(database: Database) -> None:
    asked = ask(database)
    with unit(database) as act:
        JOBS.cancel(act, asked)
    assert leased(database) is None
    assert row_of(database, asked)["state"] == "cancelled"


def test_a_running_job_learns_that_it_was_cancelled_and_stays_so(database: Database) -> None:
    asked = ask(database)
    held = held_by(database)
    with unit(database) as act:
        JOBS.cancel(act, asked)
    with unit(database) as act:
        assert not JOBS.report(act, held, 1, 2, None)
        assert not JOBS.renew(act, held)
        assert not JOBS.finish(act, held)
        assert not JOBS.fail(act, held, "it broke off")
    assert row_of(database, asked)["state"] == "cancelled"
    assert leased(database) is None


def test_who_held_it_before_a_retry_does_not_hold_it_after(database: Database) -> None:
    asked = ask(database)
    old = held_by(database, "worker")
    with unit(database) as act:
        JOBS.report(act, old, 2, 5, {"row": 2})
        JOBS.cancel(act, asked)
        JOBS.retry(act, asked)
    new = held_by(database, "worker")
    assert (new.id, new.resume) == (asked, {"row": 2})
    with unit(database) as act:
        assert not JOBS.renew(act, old)
        assert not JOBS.finish(act, old)
        assert JOBS.finish(act, new)


@pytest.mark.parametrize("state", ["done", "cancelled", "failed"])
def test_only_what_goes_on_can_be_cancelled_and_what_broke_off_retried(
    database: Database, state: str
) -> None:
    asked = ask(database)
    written(database, asked, {"state": state})
    with unit(database) as act, pytest.raises(Missing):
        JOBS.cancel(act, asked)
    if state == "done":
        with unit(database) as act, pytest.raises(Missing):
            JOBS.retry(act, asked)
    with unit(database) as act, pytest.raises(Missing):
        JOBS.cancel(act, JobId("job_nobody"))


def test_a_job_keeps_its_log(database: Database) -> None:
    asked = ask(database)
    with unit(database) as act:
        JOBS.log(act, asked, "读取 3 行")
        JOBS.log(act, asked, "x" * 10_000)
    with reading(database) as connection:
        lines = (
            connection.execute(sa.select(job_log.c.line).order_by(job_log.c.at, job_log.c.id)).scalars().all()
        )
    assert sorted(map(len, lines)) == [6, 4_000]


def test_a_long_fault_is_cut(database: Database) -> None:
    ask(database)
    held = held_by(database)
    with unit(database) as act:
        JOBS.fail(act, held, "x" * 10_000)
    assert len(row_of(database, held.id)["fault"]) == 2_000


def test_what_two_tell_of_one_job_stands_side_by_side(database: Database) -> None:
    ask(database)
    held = held_by(database)
    told: list[dict[str, object] | None] = [
        {"left": {"rows": 1}},
        {"steps": {"erase": [1, 9]}},
        None,
        {"left": {"rows": 2}},
    ]
    for resume in told:
        with unit(database) as act:
            assert JOBS.report(act, held, 1, 9, resume)
    fall_silent(database, held.id)
    assert held_by(database, "second").resume == {"left": {"rows": 2}, "steps": {"erase": [1, 9]}}
