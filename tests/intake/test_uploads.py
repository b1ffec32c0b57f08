"""The register of uploads on both engines: bounds hold at once, what waits too long goes."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from diban.ground import AccountId, Conflict, Missing, PartyId, StorageFull, TooLarge, micros, now
from diban.intake import Upload, Uploads
from diban.intake.tables import upload
from diban.store import Database, metadata, reading, sqlite_url, unit

CLERK, OTHER = AccountId("account_clerk"), AccountId("account_other")
HOUSING = PartyId("party_housing")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The register's tables on one engine, then on the other."""
    if request.param == "sqlite":
        made = Database(sqlite_url(Path(tmp_path_factory.mktemp("intake")) / "control.db"))
    else:
        made = Database(request.getfixturevalue("postgres_database"))
    metadata.create_all(made.engine, tables=[upload, metadata.tables["counter"]])
    yield made
    made.close()


@pytest.fixture
def database(tables: Database) -> Database:
    """The same, empty."""
    with unit(tables) as act:
        act.connection.execute(upload.delete())
    return tables


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    """A register that takes 100 bytes for one file and 1000 for all."""
    return Uploads(tmp_path / "uploads", size=100, share=400, space=1000)


def begun(
    database: Database,
    uploads: Uploads,
    length: int = 10,
    account: AccountId = CLERK,
    party: PartyId = HOUSING,
) -> Upload:
    """A fresh upload."""
    with unit(database) as act:
        return uploads.create(act, account, party, "灯.geojson", length)


def known(database: Database, uploads: Uploads, upload_id: str) -> Upload:
    """The upload as it stands."""
    with reading(database) as connection:
        return uploads.get(connection, upload_id, CLERK)


def end_life(database: Database, upload_id: str) -> None:
    """Let an upload have waited too long."""
    with unit(database) as act:
        act.connection.execute(
            upload.update().where(upload.c.id == upload_id).values(expires_at=micros(now()))
        )


def test_from_its_first_byte_to_its_digest(database: Database, uploads: Uploads) -> None:
    made = begun(database, uploads)
    assert (made.offset, made.length, made.digest, made.file_name) == (0, 10, None, "灯.geojson")
    with pytest.raises(Conflict):
        uploads.complete(database, made)
    for offset, piece in ((0, b"abcd"), (4, b"efghij")):
        writer = uploads.append(known(database, uploads, made.id), offset, checked=False)
        writer.write(piece)
        writer.close()
        with unit(database) as act:
            assert uploads.proceed(act, made).offset == offset + len(piece)
    whole = uploads.complete(database, known(database, uploads, made.id))
    assert whole.digest == hashlib.sha256(b"abcdefghij").hexdigest()
    assert uploads.complete(database, whole) is whole
    uploads.path(made.id).unlink()  # as when it has become an original
    assert known(database, uploads, made.id) == whole


def test_limits_hold_for_all_who_come_at_once(database: Database, uploads: Uploads) -> None:
    def one(number: int) -> str:
        try:
            account, party = AccountId(f"account_{number}"), PartyId(f"party_{number}")
            return begun(database, uploads, 100, account, party).id
        except StorageFull:
            return ""

    with ThreadPoolExecutor(8) as pool:
        made = [found for found in pool.map(one, range(16)) if found]
    assert len(made) == 10, "a thousand bytes for all, a hundred each"
    with pytest.raises(TooLarge):
        begun(database, uploads, 101)


def test_a_party_has_its_share(database: Database, uploads: Uploads) -> None:
    for number in range(4):
        begun(database, uploads, 100, AccountId(f"account_{number}"))
    with pytest.raises(TooLarge) as met:
        begun(database, uploads, 1, OTHER)
    assert (met.value.field, met.value.limit) == ("uploads", 400)
    begun(database, uploads, 100, OTHER, PartyId("party_transport"))


def test_an_account_has_so_many_open(database: Database, uploads: Uploads) -> None:
    made = [begun(database, uploads, 1) for _ in range(Uploads.MOST_OPEN)]
    with pytest.raises(TooLarge):
        begun(database, uploads, 1)
    with unit(database) as act:
        uploads.taken(act, made[0])
    begun(database, uploads, 1)
    with reading(database) as connection:
        assert len(uploads.of(connection, CLERK)) == Uploads.MOST_OPEN
        assert uploads.of(connection, OTHER) == []
        with pytest.raises(Missing):
            uploads.get(connection, made[0].id, OTHER)
        with pytest.raises(Missing):
            uploads.get(connection, made[0].id, None)


def test_a_piece_that_was_never_verified_does_not_count(database: Database, uploads: Uploads) -> None:
    made = begun(database, uploads)
    writer = uploads.append(made, 0, checked=False)
    writer.write(b"abc")
    writer.close()
    dying = uploads.append(known(database, uploads, made.id), 3, checked=True)
    dying.write(b"???")
    assert known(database, uploads, made.id).offset == 3
    os.close(dying._handle)  # as the kernel does when a process is killed
    assert known(database, uploads, made.id).offset == 3
    with pytest.raises(Conflict):
        uploads.append(made, 6, checked=False)
    writer = uploads.append(made, 3, checked=True)
    writer.write(b"defghij")
    writer.close()
    assert uploads.path(made.id).read_bytes() == b"abcdefghij"
    assert known(database, uploads, made.id).offset == 10


def test_bytes_that_are_taken_back_were_never_answered(
    database: Database, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = begun(database, uploads)
    writer = uploads.append(made, 0, checked=True)
    writer.write(b"???")

    def read_late(handle: int) -> os.stat_result:
        """The size, a moment before the piece turns out not to be what its checksum says."""
        monkeypatch.undo()
        found = os.fstat(handle)
        writer.take_back()
        writer.close()
        return found

    monkeypatch.setattr("diban.intake.uploads.os.fstat", read_late)
    assert known(database, uploads, made.id).offset == 0
    assert uploads.path(made.id).stat().st_size == 0, "it was taken back meanwhile"


@pytest.mark.parametrize("checked", [False, True])
def test_what_is_not_whole_has_no_digest(database: Database, uploads: Uploads, checked: bool) -> None:
    made = begun(database, uploads)
    writer = uploads.append(made, 0, checked=checked)
    writer.write(b"abcdefghij"[: 10 if checked else 6])
    if not checked:
        writer.close()
    with pytest.raises(Conflict):  # as it was seen before the last piece was taken back
        uploads.complete(database, replace(made, offset=10))
    if checked:
        writer.close()


def test_one_writes_at_a_time(database: Database, uploads: Uploads) -> None:
    made = begun(database, uploads)
    writer = uploads.append(made, 0, checked=False)
    with pytest.raises(Conflict) as met:
        uploads.append(made, 0, checked=False)
    assert met.value.field == "upload"
    end_life(database, made.id)
    assert uploads.sweep(database) == 0, "what is being written to stays"
    writer.close()
    assert uploads.sweep(database) == 1
    with pytest.raises(Missing):
        uploads.append(made, 0, checked=False)


def test_what_has_expired_goes(database: Database, uploads: Uploads, tmp_path: Path) -> None:
    late, kept = begun(database, uploads), begun(database, uploads)
    end_life(database, late.id)
    with pytest.raises(Missing):
        known(database, uploads, late.id)
    stray = tmp_path / "uploads" / "upl_never_committed"
    stray.write_bytes(b"x")
    assert uploads.sweep(database) == 1
    assert stray.exists(), "its creation may be under way"
    long_ago = time.time() - Uploads.LIFE.total_seconds() - 1
    os.utime(stray, (long_ago, long_ago))
    assert uploads.sweep(database) == 0
    assert [path.name for path in stray.parent.iterdir()] == [kept.id]


def test_it_is_put_off_by_every_piece_but_not_by_none(database: Database, uploads: Uploads) -> None:
    made = begun(database, uploads)
    soon = micros(now()) + 5_000_000
    with unit(database) as act:
        act.connection.execute(upload.update().values(expires_at=soon))
        assert micros(uploads.proceed(act, made).expires_at) == soon
    writer = uploads.append(made, 0, checked=False)
    writer.write(b"a")
    writer.close()
    with unit(database) as act:
        assert uploads.proceed(act, made).expires_at > made.expires_at
    assert known(database, uploads, made.id).expires_at > made.expires_at


def test_one_that_goes_on_while_the_others_are_swept_stays(
    database: Database, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, other = begun(database, uploads), begun(database, uploads)
    end_life(database, made.id)
    end_life(database, other.id)
    looked = uploads._idle

    def goes_on(name: str) -> bool:
        """Whether nobody writes; a moment later somebody has."""
        found = looked(name)
        if name == made.id:
            with unit(database) as act:
                until = micros(now() + Uploads.LIFE)
                act.connection.execute(upload.update().where(upload.c.id == name).values(expires_at=until))
        return found

    monkeypatch.setattr(uploads, "_idle", goes_on)
    assert uploads.sweep(database) == 1
    assert uploads.path(made.id).exists()
    assert not uploads.path(other.id).exists()
    assert known(database, uploads, made.id).offset == 0


def test_what_is_given_up_in_vain_keeps_its_bytes(database: Database, uploads: Uploads) -> None:
    made = begun(database, uploads)

    def in_vain() -> None:
        with unit(database) as act:
            uploads.end(act, made)
            raise RuntimeError("the commit fails")

    with pytest.raises(RuntimeError):
        in_vain()
    assert uploads.path(made.id).exists()
    assert known(database, uploads, made.id).id == made.id


def test_given_up(database: Database, uploads: Uploads) -> None:
    made = begun(database, uploads)
    with unit(database) as act:
        uploads.end(act, made)
    assert not uploads.path(made.id).exists()
    with pytest.raises(Missing):
        known(database, uploads, made.id)


def test_the_mark_of_unverified_bytes_is_on_disk_before_the_first(
    database: Database, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = begun(database, uploads)
    synced: list[Path] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    uploads.append(made, 0, checked=True).close()
    mark = uploads._mark(made.id)
    assert synced[:2] == [mark, mark.parent]
