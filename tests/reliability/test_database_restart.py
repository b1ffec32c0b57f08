"""T-DBRESTART: the database server is stopped and started under load; only 200, and 503 with Retry-After.

Two serving processes answer readers and a writer, and deliveries go on by command, while the server
stops in order, at once, or is killed. The embedded engine has no server.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from diban.store import reading
from tests.postgres import Cluster
from tests.reliability.conftest import TemplateOf
from tests.reliability.figures import Figures
from tests.reliability.installation import READER, Engine, Installation, Stage
from tests.reliability.invariants import check, check_tidy
from tests.reliability.load import Load, kinds_of_question, loading
from tests.reliability.serving import serving

CHECKED = (
    "only 200 and 503 with Retry-After, back within 10 s, no sign-in without its audit line, every read "
    "counted once, a delivery under way ends by repeating it, all that holds after a kill"
)
WAYS = (signal.SIGINT, signal.SIGKILL, signal.SIGQUIT)
BACK_SECONDS = 10.0
DOWN_SECONDS = 0.5
STEADY_SECONDS = 0.5


@pytest.mark.postgres
def test_three_restarts_under_load(
    template: TemplateOf, cluster: Cluster, figures: Figures, tmp_path: Path
) -> None:
    _restarts(template, cluster, 3, 1, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.postgres
def test_twenty_restarts_under_load(
    template: TemplateOf, cluster: Cluster, figures: Figures, tmp_path: Path
) -> None:
    _restarts(template, cluster, 20, 4, figures, tmp_path)


def _restarts(
    template: TemplateOf, cluster: Cluster, count: int, readers: int, figures: Figures, folder: Path
) -> None:
    landed = template(Engine.POSTGIS, Stage.LANDED)
    with (
        figures.run("T-DBRESTART", Engine.POSTGIS, CHECKED) as trials,
        landed.copy(folder) as made,
    ):
        password = made.done("user", "password", READER, "--as", "system.admin").out.split()[-1]
        with serving(made, folder) as served, loading(served, READER, password, readers=readers) as load:
            load.recovered(time.monotonic(), kinds_of_question(), 30)
            for number in range(count):
                how = WAYS[number % len(WAYS)]
                with trials.trial(f"restart {number}, {how.name}"):
                    _restart(made, cluster, how, load, number)
        with trials.trial("the load as a whole"):
            wrong = load.wrong()
            assert not wrong, f"{len(wrong)} of {len(load.answers)}, such as {wrong[:3]}"
            assert any(answer.status == 503 for answer in load.answers), "nobody noticed"
        with trials.trial("what was written"):
            _written(made, load)
            check(made)
            check_tidy(made)


def _restart(made: Installation, cluster: Cluster, how: signal.Signals, load: Load, number: int) -> None:
    file, key = (made.city.update, made.city.other)[number % 2], f"restart {number}"
    time.sleep(STEADY_SECONDS)
    act = made.submit(file, key)
    act.ended_within(0.3)
    cluster.stop(how)
    time.sleep(DOWN_SECONDS)
    cluster.start()
    back = load.recovered(time.monotonic(), kinds_of_question(), BACK_SECONDS + 5)
    assert back < BACK_SECONDS, f"back after {back:.1f} s"
    ended = act.wait()
    assert ended.code in (0, 69, 75), f"exit {ended.code}\n{ended.err}"
    deadline = time.monotonic() + 45
    while ended.code != 0 and time.monotonic() < deadline:  # the worker may be at it: exit 73
        time.sleep(0.3)
        ended = made.submit(file, key).wait()
    assert ended.code == 0, f"repeated: exit {ended.code}\n{ended.out}\n{ended.err}"


def _written(made: Installation, load: Load) -> None:
    """Every sign-in that was confirmed has its line, every answer that went out was counted once."""
    counts = load.counts()
    with made.opened() as platform, reading(platform.database) as connection:
        lines = connection.execute(
            sa.text("SELECT count(*) FROM audit_line WHERE act = 'session.accepted'")
        ).scalar_one()
        calls = connection.execute(
            sa.text("SELECT coalesce(sum(calls), 0) FROM use_sum WHERE block = 'features' AND status = 200")
        ).scalar_one()
    signed_in = counts["POST /api/session", 200]
    assert lines >= signed_in > 0, f"{lines} lines of {signed_in} sign-ins"
    answered = sum(count for (asked, status), count in counts.items() if "/items" in asked and status == 200)
    # The first answers, before the load, are the wait for the server.
    assert 0 <= int(calls) - answered <= 5, f"{calls} counted, {answered} answered"
