"""An erasure that is cut off goes on where it was, and nothing keeps quoting what is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diban.app import ask_to_erase, erase, faulty_rows
from diban.app.journeys.erasing import EXPUNGE
from diban.base import Query
from diban.governance import ExpungeState, Target, TargetKind, confirm_expunge
from diban.ground import FID, NOW, Missing, Scope
from diban.intake import Delivery, DeliveryState
from diban.store import reading, unit
from tests.app.town import APPROVER, Town, founded, geojson, plots
from tests.postgres import Cluster

SECOND = "security.admin"


@pytest.fixture(params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    if request.param == "embedded":
        with founded(tmp_path / "home") as made:
            yield made
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, founded(tmp_path / "home", database) as made:
        yield made


CUT_OFF = """
import sys, time
from pathlib import Path
from diban.app.journeys.erasing import carry_on
from diban.app.settings import read_settings
from diban.app.wiring import build
from diban.app.work.holding import holding
from diban.store import this_process, unit

platform = build(read_settings(Path(sys.argv[1])))
with unit(platform.database) as act:
    held = platform.jobs.take(act, f"expunge:{sys.argv[2]}", this_process(), again=True)
with holding(platform.database, platform.jobs, held) as tell:

    def progress(step, done, total):
        tell(step, done, total)
        time.sleep(2)  # until it is written with the job
        print("at work", flush=True)
        time.sleep(600)

    carry_on(platform, held, progress)
"""


def _landed(town: Town) -> Delivery:
    delivery = town.send("plots", geojson(plots(30)))
    assert delivery.state is DeliveryState.LANDED
    return delivery


def test_an_erasure_killed_while_it_told_its_steps_is_finished(town: Town) -> None:
    delivery = _landed(town)
    again = town.send("plots", geojson(plots(30)))
    digest = delivery.sent.digest
    expunge = ask_to_erase(town.platform, Target(TargetKind.BLOB, digest), "涉密", town.asker(APPROVER))
    with unit(town.platform.database) as act:
        by = town.asker(SECOND).by()
        confirm_expunge(act, by, expunge)
        act.remember(f"expunge:{expunge}", {})
        asked: dict[str, object] = {"expunge": expunge, "by": [by.actor, by.party, by.request_id]}
        town.platform.jobs.enqueue(act, EXPUNGE, f"expunge:{expunge}", asked)
    home = str(town.platform.settings.home)
    with subprocess.Popen(
        [sys.executable, "-c", CUT_OFF, home, expunge], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "at work\n"
        child.kill()
    with reading(town.platform.database) as connection:
        standing = town.platform.jobs.standing(connection, f"expunge:{expunge}")
    assert standing is not None
    assert set(standing.resume) == {"left", "steps"}
    done = erase(town.platform, expunge, town.asker(SECOND))
    assert (done.state, done.counts) == (
        ExpungeState.DONE,
        {"rows": 30, "originals": 1, "deliveries": 2},
    )
    for one in (delivery, again):
        with reading(town.platform.database) as connection:
            assert town.platform.deliveries.get(connection, one.id).report is None


def test_reports_quote_nothing_of_rows_that_were_erased(town: Town) -> None:
    rows = plots(30)
    rows[3] = ({**rows[3][0], "name": "某某", "code": "身份证"}, rows[3][1])
    returned = town.send("plots", geojson(rows))
    assert "身份证" in str(returned.report)
    _landed(town)
    layer = returned.sent.layer
    page = town.platform.base.at(layer, NOW, Scope.system("test")).page(Query(limit=1))
    fids = tuple(page.batch.column(FID).to_pylist())
    target = Target(TargetKind.ROWS, layer, fids)
    expunge = ask_to_erase(town.platform, target, "个人信息", town.asker(APPROVER))
    taken = town.platform.files / layer / "key.30.gpkg"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"made for somebody who took the layer")
    assert erase(town.platform, expunge, town.asker(SECOND)).counts == {"rows": 1}
    assert not taken.exists()
    with reading(town.platform.database) as connection:
        report = town.platform.deliveries.get(connection, returned.id).report
    assert report is not None
    assert "身份证" not in str(report)
    assert [place for one in report["findings"] for place in one["places"]] == [{"row": 4}]
    with pytest.raises(Missing), faulty_rows(town.platform, replace(returned, report=report)):
        pass
