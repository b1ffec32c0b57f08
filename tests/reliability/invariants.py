"""What must hold of an installation whatever happened to it, asked of the platform's own faces."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from diban.app import Platform, seal_once
from diban.base import Query, Version
from diban.governance import Act, Audit, evidence_of, review_of
from diban.governance import verify as verify_chain
from diban.ground import NOW, Moment, Scope
from diban.intake import Delivery, DeliveryState
from diban.store import reading
from tests.reliability.installation import LAYER, Installation

RESTART_SECONDS = 5.0
ALL = Scope.system("reliability")


@dataclass(frozen=True)
class Found:
    """What an installation held when it was looked at."""

    current: Version | None
    deliveries: dict[str, Delivery]
    versions: list[Version]

    @property
    def content(self) -> str:
        """The hash of the current version; "" for none."""
        return "" if self.current is None else str(self.current.content)

    def delivery(self, state: DeliveryState) -> Delivery:
        """The one delivery in this state."""
        (found,) = [one for one in self.deliveries.values() if one.state is state]
        return found


def check(installation: Installation, *, contents: bool = True) -> Found:
    """Open the installation as after a restart and hold everything true; what it holds.

    ``contents``: also that every version still has its rows.
    """
    begun = time.monotonic()
    with installation.opened() as platform:
        snapshot = platform.base.at(installation.layer, NOW, ALL)
        snapshot.page(Query(limit=10))
        seconds = time.monotonic() - begun
        assert seconds < RESTART_SECONDS, f"restart to first read took {seconds:.1f} s"
        with reading(platform.database) as connection:
            deliveries = platform.deliveries.in_state(connection, *DeliveryState)
        history = platform.base.history(installation.layer)
        found = Found(snapshot.version, {one.id: one for one in deliveries}, history)
        _history(platform, found)
        if contents:
            _contents(platform, installation, found)
        _deliveries(platform, found)
        _feed(platform, found)
        _audit(platform)
    return found


def check_tidy(installation: Installation) -> None:
    """Nothing is left of interrupted acts: no files aside, no staging, no work under way."""
    left = [str(path.relative_to(installation.home)) for path in leftovers(installation)]
    assert not left, f"left behind: {left}"
    with installation.opened() as platform, reading(platform.database) as connection:
        staged = connection.execute(
            sa.text(
                "SELECT (SELECT count(*) FROM layer WHERE staging IS NOT NULL), "
                "(SELECT count(*) FROM layer_version WHERE state = 'staged')"
            )
        ).one()
        assert tuple(staged) == (0, 0), f"staging layers, staged versions: {tuple(staged)}"
        jobs = connection.execute(
            sa.text("SELECT key, state, fault FROM job WHERE kind = 'delivery.proceed' AND state <> 'done'")
        ).fetchall()
        assert not jobs, f"work not done: {jobs}"


def leftovers(installation: Installation) -> list[Path]:
    """Files and folders that only an interrupted act leaves."""
    home = installation.home
    with installation.opened() as platform, reading(platform.database) as connection:
        storages = set(connection.execute(sa.text("SELECT storage FROM layer")).scalars())
    kept = {home / "layers" / name for name in storages}
    aside = [*home.rglob("*.part*"), *(home / "originals" / "incoming").glob("*")]
    # What a delivery changed stays for people to look at.
    aside += [path for path in (home / "work").glob("*/*") if not path.match("changes-*.arrow")]
    heads = [path for path in (home / "audit").iterdir() if path.name not in ("head.json", "head.lock")]
    layers = [
        path
        for path in (home / "layers").glob("*.sqlite")
        if path not in kept and not path.stem.endswith("-000000")
    ]
    return [*aside, *heads, *layers]


def _contents(platform: Platform, installation: Installation, found: Found) -> None:
    """Every version that ever landed still has its rows, or the tombstones of those that were erased."""
    layer = installation.layer
    with reading(platform.database) as connection:
        erased = connection.execute(sa.text("SELECT count(*) FROM layer_tombstone")).scalar_one()
    for version in found.versions:
        assert platform.base.verify(layer, version), f"version {version.id} does not have its content"
        rows = platform.base.at(layer, Moment(version=version.id), ALL).count(Query())
        assert version.rows - erased <= rows <= version.rows, f"{version.id}: {rows} rows of {version.rows}"
        assert erased or rows == version.rows, f"{version.id}: {rows} rows of {version.rows}"


def _history(platform: Platform, found: Found) -> None:
    """One version after the other without a gap, the newest current, and the catalogue says so.

    Rows that were erased no longer count in the catalogue once the erasure is done.
    """
    parents = [version.parent for version in found.versions]
    assert parents == [*(version.id for version in found.versions[1:]), None][: len(parents)]
    current = found.versions[0] if found.versions else None
    assert (current and current.id) == (found.current and found.current.id)
    with reading(platform.database) as connection:
        shown = platform.catalogue.by_layer_slug(connection, LAYER).layer(LAYER)
        erased = connection.execute(sa.text("SELECT count(*) FROM layer_tombstone")).scalar_one()
    assert shown.version == (current and current.id)
    rows = current.rows if current else 0
    assert rows - erased <= (shown.rows or 0) <= rows


def _deliveries(platform: Platform, found: Found) -> None:
    """Each delivery: its original, its decision, its audit lines and its evidence, each once."""
    by_key = {version.key: version for version in found.versions}
    versions = {version.id for version in found.versions}
    assert set(by_key) <= set(found.deliveries)
    for delivery in found.deliveries.values():
        platform.blobs.verify(delivery.sent.digest)
        landed = delivery.state is DeliveryState.LANDED
        brought = by_key.get(delivery.id)
        # What changes nothing lands as the version that is there.
        same = landed and not any((delivery.changes or {})[name] for name in ("added", "changed", "removed"))
        assert (landed and not same) == (brought is not None), f"{delivery.state}, version {brought}"
        assert delivery.version in versions if same else delivery.version == (brought and brought.id)
        with reading(platform.database) as connection:
            lines = Counter(line.act for line in Audit.lines(connection, subject=delivery.id, limit=1000))
            known = evidence_of(connection, resource=delivery.sent.resource)
            evidence = Counter(one.act for one in known if one.delivery == delivery.id)
            review = review_of(connection, delivery.id)
        judged = delivery.state not in (DeliveryState.RECEIVED, DeliveryState.ASKED)
        assert lines["delivery.receive"] == evidence[Act.RECEIVED] == 1, f"{lines} {evidence}"
        assert lines["delivery.land"] == evidence[Act.LANDED] == landed, f"{lines} {evidence}"
        assert evidence[Act.REVIEWED] == lines["review.decide"]
        assert (lines["review.open"] > 0) == (review is not None)
        assert review is not None or not judged
        if delivery.state in (DeliveryState.ACCEPTED, DeliveryState.LANDED):
            assert review is not None
            assert review.decision.verdict.value == "accept", review


def _feed(platform: Platform, found: Found) -> None:
    """Positions without a gap; each landing told once, in its order."""
    with reading(platform.database) as connection:
        entries = platform.feed.after(connection, 0, limit=100_000)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    told = [entry.body["version"] for entry in entries if entry.kind == "layer.landed"]
    assert told == [version.id for version in reversed(found.versions)]


def _audit(platform: Platform) -> None:
    while seal_once(platform):
        pass
    head = platform.heads.read()
    with reading(platform.database) as connection:
        verdict = verify_chain(connection, head, platform.signer.public, unsealed_seconds=0)
    assert verdict.whole, verdict.breaks
    assert verdict.lines > 0
