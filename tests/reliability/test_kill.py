"""T-KILL: kill −9 at moments drawn uniformly over the whole act; what was acknowledged stays, all is whole.

The act's process group is killed, or, for PostGIS now and then, the database server itself. A
moment is drawn in each n-th part of the act's duration, so that few trials cover all of it. Then the
same command is repeated and must bring the same delivery to its end.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path
from random import Random

import pytest

from diban.governance import review_of
from diban.store import reading
from tests.postgres import Cluster
from tests.reliability.acting import ENGINES, KINDS, Kind, Whole, undisturbed
from tests.reliability.conftest import LARGE, SMALL, TemplateOf
from tests.reliability.figures import Figures
from tests.reliability.forge import Act, Ended
from tests.reliability.installation import Engine, Installation, Template
from tests.reliability.invariants import Found, check, check_tidy
from tests.reliability.watching import watching

CHECKED = (
    "content, counts, originals, decisions, audit chain, evidence, feed, restart < 5 s, "
    "readers beside see whole versions, repeat ends the same delivery, nothing left behind"
)
SEED = 20261122
UNAVAILABLE, UNKNOWN = 69, 75
SERVER_EVERY = 4
"""Every so many trials on PostGIS it is the server that is killed."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_act_leaves_the_old_or_the_new(
    engine: Engine, kind: str, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _kill(template(engine, KINDS[kind].stage, SMALL), kind, 4, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.parametrize(("kind", "count"), [("first load", 40), ("update", 40), ("review", 20)])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_hundred_killed_acts(
    engine: Engine, kind: str, count: int, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _kill(template(engine, KINDS[kind].stage, LARGE), kind, count, figures, tmp_path)


def _kill(template: Template, kind: str, count: int, figures: Figures, folder: Path) -> None:
    engine = template.source.engine
    with figures.run(f"T-KILL {kind}", engine, CHECKED) as trials:
        with template.copy(folder) as made, watching(made, folder):
            whole = undisturbed(made, template, KINDS[kind])
        chance = Random(f"{SEED} {engine} {kind}")
        for number in range(count):
            share = (number + chance.random()) / count
            server = template.cluster if number % SERVER_EVERY == 1 else None
            victim = "act" if server is None else "server"
            with trials.trial(
                f"seed {SEED}, trial {number}: {victim} at {share:.1%} of {whole.seconds:.2f} s"
            ):
                # The act may be faster this time: then once more, earlier.
                while not _trial(template, KINDS[kind], whole, share * whole.seconds, server, folder):
                    share *= chance.random()


def _trial(
    template: Template, kind: Kind, whole: Whole, moment: float, server: Cluster | None, folder: Path
) -> bool:
    """Kill at the moment, look, repeat, look again; whether the act was still under way at that moment."""
    with template.copy(folder) as made:
        with watching(made, folder, outages=server is not None) as sight:
            act = kind.begin(made, template)
            early = act.ended_within(moment)
            ended = act.wait() if early else _disturbed(act, server)
        assert set(sight.contents) <= {whole.old, whole.new}
        met = check(made)
        assert met.content in (whole.old, whole.new)
        assert ended.code != 0 or met.content == whole.new, "what was acknowledged is lost"
        decided = _decisions(made, met)
        again = kind.begin(made, template).wait()
        assert again.code == 0, f"repeated: exit {again.code}\n{again.out}\n{again.err}"
        final = check(made)
        check_tidy(made)
        assert final.content == whole.new
        assert len(final.deliveries) == max(len(met.deliveries), 1 + (whole.old != ""))
        assert set(met.deliveries) <= set(final.deliveries)
        assert decided.items() <= _decisions(made, final).items(), "a decision was changed"
    return not early


def _disturbed(act: Act, server: Cluster | None) -> Ended:
    """The act with its end, after it, or the server, was killed."""
    if server is None:
        act.kill()
        return act.wait()
    server.stop(signal.SIGKILL)
    time.sleep(0.1)
    server.start()
    ended = act.wait()
    assert ended.code in (0, UNAVAILABLE, UNKNOWN), f"exit {ended.code}\n{ended.out}\n{ended.err}"
    return ended


def _decisions(made: Installation, found: Found) -> dict[str, object]:
    """Who decided on which delivery when; only what is settled."""
    with made.opened() as platform, reading(platform.database) as connection:
        reviews = [review_of(connection, one.id) for one in found.deliveries.values()]
    return {one.delivery: one for one in reviews if one is not None and one.decided_at is not None}
