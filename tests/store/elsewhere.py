"""What other processes do to the same database: each function opens it, acts and closes it again."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from diban.ground import Fault, StorageFull
from diban.store import (
    Database,
    Feed,
    FolderBlobs,
    Generation,
    Jobs,
    advance,
    metadata,
    reading,
    setting,
    sqlite_url,
    this_process,
    unit,
    value_of,
)
from diban.store.tables import counter


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database of that URL, closed at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def url_of(database: Database) -> str:
    """Its URL with the password, as another process needs it."""
    return database.url.render_as_string(hide_password=False)


def ready(_: int = 0) -> str:
    """Nothing but this process's name: what it imports is loaded then."""
    return this_process()


def append(url: str, times: int, subject: str) -> list[int]:
    """Append feed entries, each in an act of its own; every fourth act is rolled back. Their positions."""
    positions, feed = [], Feed()
    with opened(url) as database:
        for number in range(times):
            try:
                with unit(database) as act:
                    position = feed.append(act, "test", subject, {"number": number})
                    if number % 4 == 3:
                        raise LookupError
            except LookupError:
                continue
            positions.append(position)
    return positions


def count_up(url: str, name: str, times: int) -> list[int]:
    """Advance a counter; the values it had."""
    values = []
    with opened(url) as database:
        for _ in range(times):
            with unit(database) as act:
                values.append(advance(act.connection, name))
    return values


def bump(url: str) -> float:
    """Move the generation; when that was committed, on the clock of the machine."""
    with opened(url) as database:
        with unit(database) as act:
            Generation(database).bump(act)
        return time.monotonic()


def work(url: str, worker: str) -> list[str]:
    """Lease and finish jobs until none is left, each noted in its log; their ids."""
    done: list[str] = []
    jobs = Jobs()
    with opened(url) as database:
        while True:
            with unit(database) as act:
                held = jobs.lease(act, worker, ("test",))
            if held is None:
                return done
            with unit(database) as act:
                jobs.log(act, held.id, worker)
                if jobs.finish(act, held):
                    done.append(held.id)


def fill_the_disk(folder: str) -> None:
    """Write until the disk is full, read, make space, write again; what happened, on standard output."""
    ballast = Path(folder, "ballast")
    ballast.write_bytes(b"x" * 500_000)
    with opened(sqlite_url(Path(folder, "control.db"))) as database:
        metadata.create_all(database.engine, tables=[counter, setting])
        said: dict[str, object] = {"written": 0}
        try:
            for number in range(10_000):
                _keep(database, f"a{number}", "x" * 10_000)
                said["written"] = number + 1
        except Fault as fault:
            said["refused"] = type(fault).__name__
        said["read"] = _kept(database)
        ballast.unlink()
        _keep(database, "after", "")
        said["after"] = _kept(database)
    _say(json.dumps(said))


def _keep(database: Database, name: str, value: str) -> None:
    with unit(database) as act:
        advance(act.connection, "written")
        act.connection.execute(setting.insert().values(name=name, value=value))


def _kept(database: Database) -> list[int]:
    with reading(database) as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(setting)).scalar_one()
        return [value_of(connection, "written"), rows]


def write_to_the_limit(url: str, limit: int) -> dict[str, object]:
    """Write until no file of this process may grow any more; what happened."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    said: dict[str, object] = {}
    with opened(url) as database:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited[1]))
        try:
            for number in range(10_000):
                said["written"] = number
                _keep(database, f"a{number}", "x" * 10_000)
        except Fault as fault:
            said["refused"] = type(fault).__name__
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        said["read"] = _kept(database)
    return said


def put_on_a_full_disk(folder: Path, size: int, limit: int) -> list[str]:
    """Store a blob larger than any file may be; the fault, then what is left in the folder."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    source = folder / "source"
    source.write_bytes(b"x" * size)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited[1]))
    try:
        with source.open("rb") as stream:
            FolderBlobs(folder / "blobs").put(stream, limit=10 * size)
    except StorageFull as fault:
        left = [path.name for path in (folder / "blobs").rglob("*") if path.is_file()]
        return [type(fault).__name__, *left]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    return []


def hold_a_job_until_killed(url: str) -> None:
    """Lease a job, say so on standard output, and never finish it."""
    with opened(url) as database:
        with unit(database) as act:
            held = Jobs().lease(act, this_process(), ("test",))
        assert held is not None
        with unit(database) as act:
            Jobs().report(act, held, 3, 10, {"row": 3})
        _say(this_process())
        time.sleep(60)


def put_until_killed(folder: str) -> None:
    """Begin to store a blob, say so on standard output, and never come to its end."""

    class Endless:
        def read(self, size: int) -> bytes:
            if self.begun:
                _say("receiving")
                time.sleep(60)
            self.begun = True
            return b"x" * size

        begun = False

    FolderBlobs(Path(folder)).put(Endless(), limit=1 << 40)  # type: ignore[arg-type] # read is all it needs


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
