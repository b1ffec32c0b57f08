"""T-KILL: kill −9 at moments drawn uniformly over the whole act; what was acknowledged stays, all is whole.

The act's process group is killed, or, for PostGIS now and then, the database server itself. A
moment is drawn in each n-th part of the act's duration, so that few trials cover all of it. Then the
same command is repeated and must bring the same delivery to its end.
"""

from __future__ import annotations

import signal
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from diban.app import work_once
from diban.governance import ExpungeState, Tombstone, review_of, tombstone
from diban.store import reading, unit
from tests.postgres import Cluster
from tests.reliability.acting import ENGINES, ERASING, KINDS, TIDYING, Kind, Whole, undisturbed
from tests.reliability.conftest import LARGE, SMALL, TemplateOf
from tests.reliability.figures import Figures
from tests.reliability.forge import Act, Ended
from tests.reliability.installation import ERASED, SECURITY, Engine, Installation, Stage, Template
from tests.reliability.invariants import Found, check, check_tidy
from tests.reliability.serving import serving
from tests.reliability.watching import Sight, watching

CHECKED = (
    "content, counts, originals, decisions, audit chain, evidence, feed, restart < 5 s, "
    "readers beside see whole versions, repeat ends the same delivery, nothing left behind"
)
SEED = 20261122
UNAVAILABLE, UNKNOWN = 69, 75
LEASE_SECONDS = 30
"""After which the worker takes over the job of a process that fell silent."""
SERVER_EVERY = 4
"""Every so many trials on PostGIS it is the server that is killed."""


@pytest.mark.parametrize("kind", [*KINDS, "tidying"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_act_leaves_the_old_or_the_new(
    engine: Engine, kind: str, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _kill(engine, kind, 4, SMALL, template, figures, tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_erasure_is_taken_on(
    engine: Engine, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _erasures(engine, 3, SMALL, template, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.parametrize("engine", ENGINES)
def test_thirty_killed_erasures_are_taken_on(
    engine: Engine, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _erasures(engine, 30, LARGE, template, figures, tmp_path)


def _erasures(
    engine: Engine, count: int, size: int, template: TemplateOf, figures: Figures, folder: Path
) -> None:
    """Kill the command that erases; in turn a worker, or the same command again, does the rest."""
    chance, source = Random(f"{SEED} {engine} erased"), template(engine, Stage.ASKED, size)
    checked = "a worker or a repeat ends it, counts as if undisturbed, content, tombstones, audit chain"
    with figures.run("T-KILL erasing, taken on", engine, checked) as trials:
        with source.copy(folder) as made:
            seconds, whole = undisturbed(made, source, ERASING).seconds, _erased(made, source)
        assert whole.counts["rows"] >= ERASED
        for number in range(count):
            share = (number + chance.random()) / count
            told = f"seed {SEED}, trial {number}: act at {share:.1%} of {seconds:.2f} s"
            with trials.trial(told), source.copy(folder) as made:
                act = ERASING.begin(made, source)
                act.ended_within(share * seconds)
                act.kill()
                act.wait()
                if number % 2 == 0 and _erased(made, source).state is ExpungeState.CONFIRMED:
                    _work_off(made)
                else:
                    made.done("expunge", "--confirm", source.waiting, "--as", SECURITY)
                assert _erased(made, source).counts == whole.counts
                check(made)


def _erased(made: Installation, source: Template) -> Tombstone:
    with made.opened() as platform, reading(platform.database) as connection:
        return tombstone(connection, source.waiting)


def _work_off(made: Installation) -> None:
    """What a worker does once the lease of the killed one has run out."""
    with made.opened() as platform:
        with unit(platform.database) as act:
            over = "UPDATE job SET lease_until = 0, due_at = 0 WHERE kind = 'expunge.carry_out'"
            act.connection.execute(sa.text(over))
        while work_once(platform):
            pass


@pytest.mark.battery
@pytest.mark.parametrize(
    ("kind", "count"), [("first load", 40), ("update", 40), ("review", 20), ("tidying", 20), ("erasing", 20)]
)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_hundred_killed_acts(
    engine: Engine, kind: str, count: int, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _kill(engine, kind, count, LARGE, template, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_delivery_is_taken_on_by_the_worker(
    engine: Engine, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    chance = Random(f"{SEED} {engine} worker")
    source = template(engine, Stage.LANDED, LARGE)
    with figures.run(
        "T-KILL, then the worker", engine, "lands without a repeat once its lease is over"
    ) as trials:
        with source.copy(tmp_path) as made:
            seconds = undisturbed(made, source, KINDS["update"]).seconds
        for number in range(3):
            share = chance.uniform(0.5, 0.9)
            told = f"seed {SEED}, trial {number}: act at {share:.1%} of {seconds:.2f} s"
            with trials.trial(told), source.copy(tmp_path) as made:
                _taken_on(made, seconds * share, tmp_path)


def _taken_on(made: Installation, moment: float, folder: Path) -> None:
    act = made.submit(made.city.update)
    act.ended_within(moment)
    act.kill()
    act.wait()
    received, incoming = len(check(made).deliveries), made.home / "originals" / "incoming"
    with serving(made, folder, processes=1):
        deadline = time.monotonic() + LEASE_SECONDS + 30
        with made.opened() as platform:
            # Killed before the file was received whole, there is nothing to take on but what it left.
            while len(platform.base.history(made.layer)) < received or any(incoming.glob("*")):
                assert time.monotonic() < deadline, "nobody has taken it on"
                time.sleep(0.5)
    check(made)
    check_tidy(made)


def _kill(
    engine: Engine,
    name: str,
    count: int,
    size: int,
    template: TemplateOf,
    figures: Figures,
    folder: Path,
) -> None:
    kind = {**KINDS, "tidying": TIDYING, "erasing": ERASING}[name]
    source = template(engine, kind.stage, size)
    with figures.run(f"T-KILL {name}", engine, CHECKED) as trials:
        with source.copy(folder) as made, _reader(kind, made, folder):
            whole = undisturbed(made, source, kind)
        chance = Random(f"{SEED} {engine} {name}")
        for number in range(count):
            share = (number + chance.random()) / count
            server = source.cluster if number % SERVER_EVERY == 1 else None
            victim = "act" if server is None else "server"
            with trials.trial(
                f"seed {SEED}, trial {number}: {victim} at {share:.1%} of {whole.seconds:.2f} s"
            ):
                # The act may be faster this time: then once more, earlier.
                while not _trial(source, kind, whole, share * whole.seconds, server, folder):
                    share *= chance.random()


def _reader(
    kind: Kind, made: Installation, folder: Path, *, outages: bool = False
) -> AbstractContextManager[Sight]:
    """A reader beside; while features are erased there is none, since that changes every version."""
    return nullcontext(Sight()) if kind is ERASING else watching(made, folder, outages=outages)


def _trial(
    template: Template, kind: Kind, whole: Whole, moment: float, server: Cluster | None, folder: Path
) -> bool:
    """Kill at the moment, look, repeat, look again; whether the act was still under way at that moment."""
    with template.copy(folder) as made:
        with _reader(kind, made, folder, outages=server is not None) as sight:
            act = kind.begin(made, template)
            early = act.ended_within(moment)
            ended = act.wait() if early else _disturbed(act, server)
        assert set(sight.contents) <= {whole.old, whole.new}
        # Half erased, a version cannot have its content: that is asked when the erasing is done.
        met = check(made, contents=kind is not ERASING)
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
