"""T-NTH: the n-th write, sync, rename or statement fails, n = 1, 2, 3…; the layer stays old or becomes new.

Embedded: a library preloaded into the act's processes makes the n-th call below the home folder
fail, a failing write after half of its bytes. PostGIS: the connection is cut at the n-th question to
the server, which is lost on its way or answered in vain: then the outcome is unknown to the act.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.postgres import Cluster
from tests.reliability.acting import KINDS, Kind, Whole, undisturbed
from tests.reliability.conftest import TemplateOf
from tests.reliability.cutting import Cutter, Lost, cutting
from tests.reliability.failing_writes import VARIABLE, FailingWrites, compile_library, failing_writes
from tests.reliability.figures import Figures
from tests.reliability.forge import Forge, forging
from tests.reliability.installation import Engine, Installation, Template
from tests.reliability.invariants import check, check_tidy

CHECKED = "old or new, never mixed; said with words; all that holds after a kill; the repeat ends it"
SEED = 20261122
SAMPLED = 4
ENDS = (0, 69, 75)
"""Done all the same; refused; outcome unknown."""


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FailingWrites]:
    with failing_writes(tmp_path_factory.mktemp("failing")) as control:
        yield control


@pytest.fixture(scope="module")
def failing_forge(failing: FailingWrites, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    """A forge whose acts write through the library."""
    folder = tmp_path_factory.mktemp("failing-acts")
    preloaded = {"LD_PRELOAD": str(compile_library(folder)), VARIABLE: str(failing.path)}
    with forging(folder, preloaded) as server:
        yield server


@pytest.fixture(scope="module")
def cutter(cluster: Cluster) -> Iterator[Cutter]:
    with cutting(cluster.port) as made:
        yield made


@pytest.mark.parametrize("kind", ["first load", "update"])
def test_some_nth_writes_fail(
    kind: str,
    template: TemplateOf,
    failing: FailingWrites,
    failing_forge: Forge,
    figures: Figures,
    tmp_path: Path,
) -> None:
    _writes(
        template(Engine.EMBEDDED, KINDS[kind].stage), kind, True, failing, failing_forge, figures, tmp_path
    )


@pytest.mark.battery
@pytest.mark.parametrize("kind", KINDS)
def test_every_nth_write_fails(
    kind: str,
    template: TemplateOf,
    failing: FailingWrites,
    failing_forge: Forge,
    figures: Figures,
    tmp_path: Path,
) -> None:
    _writes(
        template(Engine.EMBEDDED, KINDS[kind].stage), kind, False, failing, failing_forge, figures, tmp_path
    )


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["first load", "update"])
def test_some_nth_statements_are_lost(
    kind: str, template: TemplateOf, cutter: Cutter, figures: Figures, tmp_path: Path
) -> None:
    _statements(template(Engine.POSTGIS, KINDS[kind].stage), kind, True, cutter, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.postgres
@pytest.mark.parametrize("kind", KINDS)
def test_every_nth_statement_is_lost(
    kind: str, template: TemplateOf, cutter: Cutter, figures: Figures, tmp_path: Path
) -> None:
    _statements(template(Engine.POSTGIS, KINDS[kind].stage), kind, False, cutter, figures, tmp_path)


def _writes(
    template: Template,
    kind: str,
    sampled: bool,
    failing: FailingWrites,
    forge: Forge,
    figures: Figures,
    folder: Path,
) -> None:
    with figures.run(f"T-NTH write, {kind}", Engine.EMBEDDED, CHECKED) as trials:
        with template.copy(folder, forge) as made:
            failing.count_below(made.home)
            whole = undisturbed(made, template, KINDS[kind], lambda: failing.count)
        total = whole.counted
        assert total > SAMPLED, "the library is not asked"
        for nth in _chosen(total, sampled, kind):
            error = errno.EIO if nth % 2 else errno.ENOSPC
            with (
                trials.trial(f"{errno.errorcode[error]} at write {nth} of {total}"),
                template.copy(folder, forge) as made,
            ):
                failing.fail(made.home, nth, error)
                ended = KINDS[kind].begin(made, template).wait()
                met = failing.met
                failing.stop()
                assert met or nth > total / 2, "nothing failed"
                assert ended.code in ENDS, f"{met}: exit {ended.code}\n{ended.out}\n{ended.err}"
                _settled(made, template, KINDS[kind], whole, ended.code == 0, met)


def _statements(
    template: Template, kind: str, sampled: bool, cutter: Cutter, figures: Figures, folder: Path
) -> None:
    with figures.run(f"T-NTH statement, {kind}", Engine.POSTGIS, CHECKED) as trials:
        with template.copy(folder, port=cutter.port) as made:
            cutter.arm(0, Lost.QUESTION)
            whole = undisturbed(made, template, KINDS[kind], lambda: cutter.count)
        total = whole.counted
        assert total > SAMPLED, "the server is asked by another way"
        for nth in _chosen(total, sampled, kind):
            for lost in [list(Lost)[nth % 2]] if sampled else Lost:
                with (
                    trials.trial(f"{lost} {nth} of {total} lost"),
                    template.copy(folder, port=cutter.port) as made,
                ):
                    cutter.arm(nth, lost)
                    ended = KINDS[kind].begin(made, template).wait()
                    has_cut = cutter.has_cut
                    cutter.arm(0, lost)
                    assert has_cut or nth > total / 2, "nothing was lost"
                    assert ended.code in ENDS, f"exit {ended.code}\n{ended.out}\n{ended.err}"
                    _settled(made, template, KINDS[kind], whole, ended.code == 0, lost)


def _chosen(total: int, sampled: bool, kind: str) -> Iterable[int]:
    """Every n, one more for the act that nothing hits; sampled: one in each part of the act."""
    if not sampled:
        return range(1, total + 2)
    chance = Random(f"{SEED} {kind}")
    return [1 + int(total * (part + chance.random()) / SAMPLED) for part in range(SAMPLED)]


def _settled(
    made: Installation, template: Template, kind: Kind, whole: Whole, acknowledged: bool, met: str
) -> None:
    """All is whole after the failure, and the same command brings the act to its end."""
    found = check(made)
    assert found.content in (whole.old, whole.new), met
    assert not acknowledged or found.content == whole.new, met
    again = kind.begin(made, template).wait()
    assert again.code == 0, f"repeated after {met}: exit {again.code}\n{again.out}\n{again.err}"
    final = check(made)
    check_tidy(made)
    assert final.content == whole.new
    assert set(found.deliveries) <= set(final.deliveries)
    assert len(final.deliveries) == 1 + (whole.old != "")
