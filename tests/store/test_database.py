"""How the engines are set up, and what the errors of their drivers mean to a caller."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from diban.ground import Damaged, Invalid, Unavailable
from diban.store import Database, metadata, reading, setting, sqlite_url, unit
from diban.store.tables import counter
from tests.store.elsewhere import count_up, write_to_the_limit
from tests.store.small_disk import on_a_small_disk


@pytest.fixture
def made(tmp_path: Path) -> Database:
    """An embedded database with two tables; its name would need quoting in a shell."""
    database = Database(sqlite_url(tmp_path / "控制 库.db"))
    metadata.create_all(database.engine, tables=[setting, counter])
    return database


def place(database: Database) -> Path:
    """Its file."""
    return Path(str(database.url.database))


@pytest.mark.parametrize(
    ("version", "fine"), [("3.51.2", False), ("3.40.1", False), ("3.51.3", True), ("3.100.0", True)]
)
def test_a_library_that_can_lose_commits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, fine: bool
) -> None:
    monkeypatch.setattr("pysqlite3.sqlite_version", version)
    if fine:
        Database(sqlite_url(tmp_path / "control.db")).close()
        return
    with pytest.raises(Invalid) as refused:
        Database(sqlite_url(tmp_path / "control.db"))
    assert (refused.value.field, refused.value.limit) == ("sqlite_version", "3.51.3")


def test_every_connection_is_set_up_so_that_no_commit_is_lost(made: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0, "secure_delete": 1}
    for _ in range(2):
        with made.engine.connect() as one, reading(made) as other:
            for name, value in wanted.items():
                assert one.execute(sa.text(f"PRAGMA {name}")).scalar() == value
                assert other.execute(sa.text(f"PRAGMA {name}")).scalar() == value
    made.close()


def test_many_may_open_a_new_file_at_once(tmp_path: Path, others: ProcessPoolExecutor) -> None:
    url = sqlite_url(tmp_path / "new.db")
    made = Database(url)
    with made.engine.connect() as connection, connection.begin():
        metadata.create_all(connection, tables=[counter])
        connection.execute(sa.text("SELECT 1"))
    elsewhere = [others.submit(count_up, url, "x", 5) for _ in range(2)]
    with ThreadPoolExecutor(6) as pool:
        here = list(pool.map(lambda _: count_up(url, "x", 5), range(6)))
    values = [value for one in (*here, *(done.result() for done in elsewhere)) for value in one]
    assert sorted(values) == list(range(1, 41))
    made.close()


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "no such folder" / "control.db"))
    with pytest.raises(Unavailable), unit(database):
        pass
    with pytest.raises(Unavailable), reading(database):
        pass


def test_a_file_that_is_locked_for_long_is_unavailable(
    made: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diban.store.database.BUSY_MILLISECONDS", 50)
    hasty = Database(made.url.render_as_string())
    with unit(made):
        with pytest.raises(Unavailable), unit(hasty):
            pass
        with reading(hasty) as connection:
            assert connection.execute(sa.select(setting)).all() == []
    with unit(hasty) as act:
        act.connection.execute(setting.insert().values(name="a", value=""))
    hasty.close()
    made.close()


def test_a_damaged_file_is_said_to_be_damaged(made: Database) -> None:
    with unit(made) as act:
        act.connection.execute(setting.insert(), [{"name": f"{n}", "value": "x" * 3_000} for n in range(50)])
    made.close()
    for suffix in ("-wal", "-shm"):
        place(made).with_name(place(made).name + suffix).unlink(missing_ok=True)
    content = bytearray(place(made).read_bytes())
    content[4096:] = bytes(byte ^ 0xFF for byte in content[4096:])
    place(made).write_bytes(content)
    with pytest.raises(Damaged), reading(made) as connection:
        connection.execute(sa.select(setting)).all()
    place(made).write_bytes(b"not a database" * 1_000)
    made.close()
    with pytest.raises(Damaged), unit(made):
        pass
    made.close()


def test_on_a_full_disk_reads_go_on_writes_are_refused_and_no_restart_is_needed(tmp_path: Path) -> None:
    said = json.loads(on_a_small_disk("fill_the_disk", tmp_path))
    written = said["written"]
    assert written > 10
    assert said["refused"] == "StorageFull"
    assert said["read"] == [written, written], "an act is there whole or not at all"
    assert said["after"] == [written + 1, written + 1]


def test_an_act_that_meets_an_error_of_the_disk_is_there_whole_or_not_at_all(
    made: Database, others: ProcessPoolExecutor
) -> None:
    said = others.submit(write_to_the_limit, made.url.render_as_string(), 600_000).result()
    assert said["refused"] == "OutcomeUnknown", "a failed write or sync cannot be told apart"
    assert said["read"] == [said["written"], said["written"]]
    made.close()
