"""Expunge: two persons, a reason, a tombstone; carried out to the end even after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from diban.governance.audit import By
from diban.governance.expunge import (
    ExpungeState,
    carry_out,
    confirm_expunge,
    register_backup,
    request_expunge,
    tombstone,
    tombstones,
)
from diban.governance.target import MAX_FIDS, Target, TargetKind
from diban.ground import Denied, IllegalMove, Invalid, Missing, Text, Unavailable
from diban.store import Database, FolderBlobs, reading, unit
from tests.governance.audited import Ledger

ONE, TWO = By("acc_1", "pty_1", "req_1"), By("acc_2", "pty_1", "req_2")


class BlobEraser:
    """Removes originals from a folder; fails as often as it is told to, after the removing."""

    def __init__(self, blobs: FolderBlobs, failures: int = 0) -> None:
        self.blobs = blobs
        self.failures = failures

    def expunge(self, target: Target) -> dict[str, int]:
        removed = self.blobs.expunge(target.of)
        if self.failures:
            self.failures -= 1
            raise Unavailable(Text("数据库不可用", "the database does not answer"))
        return {"blobs": int(removed)}


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def stored(blobs: FolderBlobs, tmp_path: Path) -> Target:
    source = tmp_path / "secret.txt"
    source.write_bytes(b"secret")
    with source.open("rb") as stream:
        return Target(TargetKind.BLOB, blobs.put(stream, limit=100))


def requested(database: Database, target: Target) -> str:
    with unit(database) as act:
        return request_expunge(act, ONE, target, "loaded by mistake")


def test_bytes_go_and_a_tombstone_stays(database: Database, blobs: FolderBlobs, tmp_path: Path) -> None:
    ledger, target = Ledger(database, tmp_path), stored(blobs, tmp_path)
    expunge = requested(database, target)
    with unit(database) as act:
        confirm_expunge(act, TWO, expunge)
        register_backup(act, TWO, expunge, "weekly 12", "overwritten in May")
    ledger.seal()
    done = carry_out(database, BlobEraser(blobs), TWO, expunge)
    with pytest.raises(Missing):
        blobs.path(target.of)
    assert (done.state, done.target, done.reason) == (ExpungeState.DONE, target, "loaded by mistake")
    assert (done.requested_by, done.confirmed_by, done.counts) == ("acc_1", "acc_2", {"blobs": 1})
    assert done.backups == ("weekly 12: overwritten in May",)
    assert done.done_at is not None
    ledger.seal()
    assert ledger.verify().whole
    acts = [row["act"].partition(".")[2] for row in ledger.rows()]
    assert acts == ["request", "confirm", "backup", "done"]


def test_one_person_is_not_enough(database: Database, blobs: FolderBlobs, tmp_path: Path) -> None:
    target = stored(blobs, tmp_path)
    expunge = requested(database, target)
    with pytest.raises(Denied), unit(database) as act:
        confirm_expunge(act, ONE, expunge)
    with pytest.raises(IllegalMove):
        carry_out(database, BlobEraser(blobs), ONE, expunge)
    assert blobs.path(target.of).exists()


def test_it_is_carried_out_after_a_crash_and_only_once(
    database: Database, blobs: FolderBlobs, tmp_path: Path
) -> None:
    expunge = requested(database, stored(blobs, tmp_path))
    with unit(database) as act:
        confirm_expunge(act, TWO, expunge)
    with pytest.raises(IllegalMove), unit(database) as act:
        confirm_expunge(act, TWO, expunge)
    eraser = BlobEraser(blobs, failures=1)
    with pytest.raises(Unavailable):
        carry_out(database, eraser, TWO, expunge)
    with reading(database) as connection:
        assert [found.id for found in tombstones(connection, state=ExpungeState.CONFIRMED)] == [expunge]
    done = carry_out(database, eraser, TWO, expunge)
    assert carry_out(database, eraser, TWO, expunge) == done
    with reading(database) as connection:
        assert tombstones(connection, state=ExpungeState.CONFIRMED) == []
        assert tombstone(connection, expunge) == done


def test_a_request_says_what_and_why(database: Database) -> None:
    with pytest.raises(Invalid), unit(database) as act:
        request_expunge(act, ONE, Target(TargetKind.DELIVERY, "del_1"), " ")
    with pytest.raises(Missing), unit(database) as act:
        confirm_expunge(act, TWO, "exp_none")
    rows = requested(database, Target(TargetKind.ROWS, "roads", (1, 2)))
    with reading(database) as connection:
        assert tombstone(connection, rows).target.fids == (1, 2)


@pytest.mark.parametrize(
    ("kind", "of", "fids"),
    [
        (TargetKind.BLOB, "not a digest", ()),
        (TargetKind.BLOB, "a" * 64, (1,)),
        (TargetKind.DELIVERY, "", ()),
        (TargetKind.ROWS, "roads", ()),
        (TargetKind.ROWS, "roads", tuple(range(MAX_FIDS + 1))),
    ],
)
def test_targets_that_name_nothing_are_refused(kind: TargetKind, of: str, fids: tuple[int, ...]) -> None:
    with pytest.raises(Invalid):
        Target(kind, of, fids)
