"""Work whose lease is gone is left alone: another process has it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from diban.app import Letter
from diban.app.journeys.delivery import proceed
from diban.app.journeys.progress import silent
from diban.app.journeys.receive import receive
from diban.app.work.holding import holding
from diban.ground import TakenOver, Text
from diban.intake import DeliveryState
from diban.store import Job, reading, this_process, unit
from tests.app.town import STEWARD, Town, founded, geojson, plots
from tests.postgres import Cluster


@pytest.fixture(params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    if request.param == "embedded":
        with founded(tmp_path / "home") as made:
            yield made
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, founded(tmp_path / "home", database) as made:
        yield made


def test_a_delivery_taken_over_is_not_tried_again(town: Town) -> None:
    letter = Letter("plots", "rows.geojson", "plots:1")
    asker = town.asker(STEWARD)
    delivery = receive(town.platform, io.BytesIO(geojson(plots(5))), letter, asker, silent)
    told: list[str] = []

    def gone(step: str, _done: int, _total: int | None) -> None:
        told.append(step)
        raise TakenOver(Text("由他处接手", "taken over"))

    with pytest.raises(TakenOver):
        proceed(town.platform, delivery.id, gone)
    assert len(told) == 1
    assert proceed(town.platform, delivery.id).state is DeliveryState.LANDED


def test_who_holds_a_job_that_was_taken_away_is_told(town: Town) -> None:
    with unit(town.platform.database) as act:
        town.platform.jobs.enqueue(act, "test", "key", {})
        held = town.platform.jobs.take(act, "key", this_process())
    assert held is not None
    until = time.monotonic() + 30

    def work(job: Job) -> None:
        with holding(town.platform.database, town.platform.jobs, job) as tell:
            with unit(town.platform.database) as act:
                act.connection.execute(sa.text("UPDATE job SET attempts = attempts + 1 WHERE key = 'key'"))
            while time.monotonic() < until:
                tell("step", 1, int(time.monotonic() * 10))
                time.sleep(0.05)

    with pytest.raises(TakenOver, match="taken over"):
        work(held)
    with reading(town.platform.database) as connection:
        standing = town.platform.jobs.standing(connection, "key")
    assert standing is not None
    assert (standing.state, standing.resume) == ("running", {}), "it is the other's"
