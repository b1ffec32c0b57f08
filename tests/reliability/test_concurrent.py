"""T-CONC: two at once on the same thing: one wins, the other is told, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from diban.governance import Act as Evidenced
from diban.governance import Audit, evidence_of, list_grants
from diban.intake import DeliveryState
from diban.store import reading
from tests.reliability.acting import ENGINES
from tests.reliability.acts import NOTE
from tests.reliability.conftest import TemplateOf
from tests.reliability.figures import Figures
from tests.reliability.forge import Act, Ended
from tests.reliability.installation import (
    APPROVER,
    BUREAU,
    DATA,
    LAYER,
    STEWARD,
    Engine,
    Installation,
    Stage,
    Template,
)
from tests.reliability.invariants import Found, check, check_tidy
from tests.reliability.serving import serving

CONFLICT, DENIED = 73, 77
TRIES = 5
NOTICED_SECONDS = 1.0
"""A revocation holds everywhere within this time."""


def _approvers(made: Installation, template: Template, _: Path) -> None:
    ends = _both(made.accept(template.waiting, BUREAU), made.accept(template.waiting, APPROVER))
    assert sorted(end.code for end in ends) == [0, CONFLICT], ends
    found = check(made)
    check_tidy(made)
    assert found.deliveries[template.waiting].state is DeliveryState.LANDED
    assert _acts(made, template.waiting).count("review.decide") == 1


def _two_files(made: Installation, _: Template, folder: Path) -> None:
    ends = _both(made.submit(made.city.update), made.submit(made.city.other))
    assert all(end.code in (0, CONFLICT) for end in ends), ends
    found = _all_landed(made, (made.city.update, made.city.other))
    for version in found.versions:
        delivery = found.deliveries[version.key]
        assert delivery.changes is not None
        assert delivery.changes["on"] == version.parent, "judged on another version than it landed on"
    assert len(found.versions) == len(found.deliveries)


def _same_file(made: Installation, _: Template, folder: Path) -> None:
    before = len(check(made).deliveries)
    ends = _both(made.submit(made.city.update), made.submit(made.city.update))
    assert 0 in {end.code for end in ends} <= {0, CONFLICT}, ends
    found = _all_landed(made, (made.city.update,))
    assert len(found.deliveries) == len(found.versions) == before + 1


def _revocation(made: Installation, _: Template, folder: Path) -> None:
    with made.opened() as platform, reading(platform.database) as connection:
        (grant,) = list_grants(connection, layer=made.layer)
    # The command that revokes is another process in any case.
    with serving(made, folder, processes=1 if made.engine is Engine.EMBEDDED else 2) as served:
        first = served.get(f"/ogc/collections/{LAYER}/items?limit=20")
        assert first.status_code == 200
        assert first.json()["numberMatched"] > 60
        following = _next(first)
        second = served.get(following)
        assert second.status_code == 200
        made.done("access", LAYER, "--as", DATA, "--revoke", grant.id, "--why", "目的已达成")
        time.sleep(NOTICED_SECONDS)
        pages = [served.get(path) for path in (_next(second), following) for _ in range(4)]
        assert {page.status_code for page in pages} <= {403, 404}, pages
        held = {"If-None-Match": first.headers["etag"]}
        cached = httpx.get(f"{served.address}/ogc/collections/{LAYER}/items?limit=20", headers=held)
        assert cached.status_code in (403, 404)


def _sealers(made: Installation, _: Template, folder: Path) -> None:
    stop = folder / "stop-sealing"
    sealers = [made.forge.call("seal", str(made.home), str(stop)) for _ in range(3)]
    writers = [made.forge.call("write_lines", str(made.home), 100) for _ in range(2)]
    assert [writer.wait().answer() for writer in writers] == [[100, ""]] * 2
    stop.touch()
    ends = [sealer.wait() for sealer in sealers]
    stop.unlink()
    assert all(end.code == 0 for end in ends), ends
    check(made)
    with made.opened() as platform, reading(platform.database) as connection:
        sealed = sa.text("SELECT count(*) FROM audit_line WHERE act = :act AND position IS NOT NULL")
        assert connection.execute(sealed, {"act": NOTE}).scalar_one() == 200


def _publications(made: Installation, _: Template, folder: Path) -> None:
    made.done("publish", LAYER, "--as", APPROVER, "--to", "withdrawn", "--why", "更新目录")
    for login, state in ((STEWARD, "publication_review"), (DATA, "published")):
        ends = _both(*(made.diban("publish", LAYER, "--as", login) for _ in range(2)))
        # The second finds the step taken: before it looks (nothing left to do), or after.
        assert 0 in {end.code for end in ends} <= {0, CONFLICT, DENIED}, ends
        with made.opened() as platform, reading(platform.database) as connection:
            resource = platform.catalogue.by_slug(connection, LAYER)
            published = evidence_of(connection, resource=resource.id, acts=(Evidenced.PUBLISHED,))
        assert resource.state.value == state
    assert len(published) == 2, "published at the founding and once more"
    # Four steps of the founding, the withdrawal, two steps back.
    assert _acts(made, resource.id).count("resource.move") == 7
    check(made)


TRIALS: dict[str, tuple[Stage, Callable[[Installation, Template, Path], None], str]] = {
    "two approvers": (
        Stage.WAITING,
        _approvers,
        "one wins, the other meets Conflict; decided and landed once",
    ),
    "two files to one layer": (
        Stage.LANDED,
        _two_files,
        "both land, each judged on the version it lands on; no update lost",
    ),
    "two first files": (Stage.FOUNDED, _two_files, "both land, each judged on the version it lands on"),
    "the same file twice": (Stage.LANDED, _same_file, "one delivery, one version"),
    "revoked while paging": (Stage.LANDED, _revocation, "the next page is refused within a second"),
    "three sealers": (Stage.FOUNDED, _sealers, "the chain is whole, every line sealed once"),
    "two publish": (Stage.FOUNDED, _publications, "each step taken and recorded once"),
}


@pytest.mark.parametrize("what", [what for what in TRIALS if what != "two first files"])
@pytest.mark.parametrize("engine", ENGINES)
def test_two_at_once(
    engine: Engine, what: str, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _repeat(engine, what, 1, template, figures, tmp_path)


@pytest.mark.battery
@pytest.mark.parametrize("what", TRIALS)
@pytest.mark.parametrize("engine", ENGINES)
def test_two_at_once_many_times(
    engine: Engine, what: str, template: TemplateOf, figures: Figures, tmp_path: Path
) -> None:
    _repeat(engine, what, 25, template, figures, tmp_path)


def _repeat(
    engine: Engine, what: str, count: int, template: TemplateOf, figures: Figures, folder: Path
) -> None:
    stage, trial, checked = TRIALS[what]
    source = template(engine, stage)
    with figures.run(f"T-CONC {what}", engine, checked) as trials:
        for number in range(count):
            with trials.trial(f"trial {number}"), source.copy(folder) as made:
                trial(made, source, folder)


def _both(*acts: Act) -> list[Ended]:
    return [act.wait() for act in acts]


def _all_landed(made: Installation, files: tuple[Path, ...]) -> Found:
    """The installation once each file's command was repeated, where it was told to, and all landed."""
    for file in files:
        ends = [made.submit(file).wait()]
        while ends[-1].code == CONFLICT and len(ends) < TRIES:
            time.sleep(0.5)
            ends.append(made.submit(file).wait())
        assert ends[-1].code == 0, ends
    found = check(made)
    check_tidy(made)
    assert {one.state for one in found.deliveries.values()} == {DeliveryState.LANDED}
    return found


def _acts(made: Installation, subject: str) -> list[str]:
    with made.opened() as platform, reading(platform.database) as connection:
        return [line.act for line in Audit.lines(connection, subject=subject, limit=1000)]


def _next(page: httpx.Response) -> str:
    address: str = next(link["href"] for link in page.json()["links"] if link["rel"] == "next")
    return httpx.URL(address).raw_path.decode()
