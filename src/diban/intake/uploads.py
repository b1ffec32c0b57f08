"""Uploads (上传): bytes on their way in, which neither a cut connection nor a dead process loses.

An upload is a row that says whose it is and how long it will be, and a file whose length says how
far it is. Every offset that is answered was synced to the disk before; what came since the last
answer may be there too, and then counts. One writer at a time holds the file's lock, which ends
with its process. A piece with a checksum leaves a mark of where it began until it was verified.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from diban.ground import (
    AccountId,
    Conflict,
    Missing,
    PartyId,
    StorageFull,
    Text,
    TooLarge,
    instant,
    micros,
    new_id,
    now,
)
from diban.intake.tables import upload
from diban.store import Database, Unit, advance, reading, sync_folder, translating_disk, unit

NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload; ``offset`` bytes of ``length`` are safe, ``digest`` is known when all of them are."""

    id: str
    account: AccountId
    file_name: str
    length: int
    offset: int
    digest: str | None
    expires_at: datetime


class Writer:
    """The one who appends to an upload's file; `close` syncs what came and lets go of it."""

    def __init__(self, handle: int, mark: Path | None) -> None:
        self._handle, self._mark = handle, mark
        self.begun = self.offset = os.lseek(handle, 0, os.SEEK_END)

    def write(self, data: bytes) -> None:
        """Append; `StorageFull` where there is no space."""
        with translating_disk():
            rest = memoryview(data)
            while rest:
                written = os.write(self._handle, rest)
                self.offset += written
                rest = rest[written:]

    def take_back(self) -> None:
        """Forget what was appended, since it is not what was sent."""
        os.ftruncate(self._handle, self.begun)
        self.offset = self.begun

    def close(self) -> None:
        """Sync and let go."""
        try:
            with translating_disk():
                os.fsync(self._handle)
            if self._mark is not None:
                self._mark.unlink(missing_ok=True)
        finally:
            os.close(self._handle)


class Uploads:
    """The register of uploads and their files, one folder for all processes of an installation.

    ``size`` is the most bytes of one file, ``share`` of all that one party has open, ``space`` of all
    that are open; what was announced counts in full, so that it also fits. An upload is its account's:
    to anyone else there is no such upload. It waits `LIFE` for its next piece, or for its delivery;
    an account has `MOST_OPEN` at most.
    """

    LIFE = timedelta(hours=24)
    MOST_OPEN = 20

    def __init__(self, folder: Path, *, size: int, share: int, space: int) -> None:
        self._folder, self.size, self._share, self._space = folder, size, share, space

    def create(self, act: Unit, account: AccountId, party: PartyId, file_name: str, length: int) -> Upload:
        """Begin an upload; `TooLarge` beyond a limit, `StorageFull` when no space is left for it."""
        if length > self.size:
            raise TooLarge(
                Text(zh="文件超过大小上限", en="the file is larger than allowed"),
                field="Upload-Length",
                limit=self.size,
                remedy=Text(zh="拆分文件后提交", en="split the file"),
            )
        advance(act.connection, "uploads")  # one creation at a time, so that the sums below hold
        self._require_room(act.connection, account, party, length)
        made, until = new_id("upl"), now() + self.LIFE
        with translating_disk():
            self._folder.mkdir(parents=True, exist_ok=True)
            self.path(made).touch(exist_ok=False)
            sync_folder(self._folder)
        values = {"id": made, "account": account, "party": party, "length": length}
        times = {"created_at": micros(now()), "expires_at": micros(until)}
        named = file_name[-NAME_LENGTH:]
        act.connection.execute(sa.insert(upload).values(**values, file_name=named, **times))
        return self.get(act.connection, made, account)

    def get(self, connection: sa.Connection, upload_id: str, account: AccountId | None) -> Upload:
        """The account's upload of that id with what is safe of it; `Missing` else, and when it has ended."""
        row = connection.execute(
            sa.select(upload).where(
                upload.c.id == upload_id, upload.c.account == account, upload.c.expires_at > micros(now())
            )
        ).first()
        if row is None:
            raise _missing(upload_id)
        return self._upload(row)

    def of(self, connection: sa.Connection, account: AccountId) -> list[Upload]:
        """The account's uploads that are open, oldest first."""
        mine = (upload.c.account == account, upload.c.taken_at.is_(None), upload.c.expires_at > micros(now()))
        rows = connection.execute(sa.select(upload).where(*mine).order_by(upload.c.id))
        return [self._upload(row) for row in rows]

    def path(self, upload_id: str) -> Path:
        """Where its bytes are until they are taken."""
        return self._folder / upload_id

    def append(self, known: Upload, offset: int, *, checked: bool) -> Writer:
        """Begin to append at ``offset``; `Conflict` when that is not the end, or another one appends.

        ``checked``: bytes count only once the writer was closed, since they are verified before.
        """
        try:
            handle = os.open(self.path(known.id), os.O_RDWR)
        except FileNotFoundError as fault:
            raise (_missing(known.id) if known.digest is None else _offset(known.length)) from fault
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mark = self._mark(known.id)
            _drop_unverified(handle, mark)
            end = os.lseek(handle, 0, os.SEEK_END)
            if end != offset:
                raise _offset(end)
            if checked:
                _set_mark(mark, end)
            return Writer(handle, mark if checked else None)
        except BlockingIOError as fault:
            os.close(handle)
            raise Conflict(
                Text(zh="该上传正由另一连接写入", en="another connection is writing this upload"),
                field="upload",
                remedy=Text(zh="稍候再查询偏移量", en="ask for its offset in a moment"),
            ) from fault
        except BaseException:
            os.close(handle)
            raise

    def proceed(self, act: Unit, known: Upload) -> Upload:
        """Note that it goes on: bytes which came since it was ``known`` put off its end."""
        present = self.get(act.connection, known.id, known.account)
        if present.offset == known.offset:
            return present
        until = now() + self.LIFE
        mine = sa.update(upload).where(upload.c.id == known.id)
        act.connection.execute(mine.values(expires_at=micros(until)))
        return replace(present, expires_at=until)

    def complete(self, database: Database, known: Upload) -> Upload:
        """Read all of a whole upload for its digest, once; `Conflict` while bytes are missing."""
        if known.digest is not None:
            return known
        if known.offset != known.length:
            raise _incomplete(known.length)
        try:
            with self.path(known.id).open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                if stream.tell() != known.length or _marked(self._mark(known.id)) is not None:
                    raise _incomplete(known.length)  # the last piece was not what its checksum says
        except FileNotFoundError:  # another one has completed it just now, and made an original of it
            with reading(database) as connection:
                return self.get(connection, known.id, known.account)
        with unit(database) as act:
            act.connection.execute(sa.update(upload).where(upload.c.id == known.id).values(digest=digest))
        return replace(known, digest=digest)

    def taken(self, act: Unit, known: Upload) -> None:
        """Note that a delivery has taken its bytes; it no longer counts as open."""
        mine = sa.and_(upload.c.id == known.id, upload.c.taken_at.is_(None))
        act.connection.execute(sa.update(upload).where(mine).values(taken_at=micros(now())))

    def end(self, act: Unit, known: Upload) -> None:
        """Forget an upload and its bytes; a delivery that has taken them keeps them.

        The bytes go after the commit; what a crash leaves of them is a stray file, which `sweep` finds.
        """
        act.connection.execute(sa.delete(upload).where(upload.c.id == known.id))
        act.then(lambda: self._remove(known.id))

    def sweep(self, database: Database) -> int:
        """Forget uploads that nobody went on with; how many. One that is being written to stays."""
        late = upload.c.expires_at <= micros(now())
        with reading(database) as connection:
            found = connection.execute(sa.select(upload.c.id).where(late).limit(1000)).scalars()
            idle = [name for name in found if self._idle(name)]
            known = set(connection.execute(sa.select(upload.c.id)).scalars())
        gone: list[str] = []
        if idle:
            with unit(database) as act:
                # Somebody may have gone on with one of them meanwhile, which put off its end.
                ended = sa.delete(upload).where(upload.c.id.in_(idle), late).returning(upload.c.id)
                gone = list(act.connection.execute(ended).scalars())
        for name in gone:
            self._remove(name)
        self._remove_strays(lambda name: name.partition(".")[0] not in known)
        return len(gone)

    def _require_room(
        self, connection: sa.Connection, account: AccountId, party: PartyId, length: int
    ) -> None:
        opened = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(upload.c.length), 0)).where(
            upload.c.taken_at.is_(None)
        )
        mine, _ = connection.execute(opened.where(upload.c.account == account)).one()
        if mine >= self.MOST_OPEN:
            raise TooLarge(
                Text(zh="未完成的上传过多", en="too many uploads are open"),
                field="uploads",
                limit=self.MOST_OPEN,
                remedy=Text(zh="先完成或取消其中一些", en="complete or end some of them"),
            )
        _, shared = connection.execute(opened.where(upload.c.party == party)).one()
        if int(shared) + length > self._share:
            raise TooLarge(
                Text(zh="本机构未完成的上传过大", en="the uploads of your party are too large together"),
                field="uploads",
                limit=self._share,
                remedy=Text(zh="先完成或取消其中一些", en="complete or end some of them"),
            )
        _, held = connection.execute(opened).one()
        if int(held) + length > self._space:
            raise StorageFull(
                Text(zh="上传空间已满", en="the space for uploads is full"),
                field="uploads",
                limit=self._space,
                remedy=Text(zh="稍后再试", en="try again later"),
            )

    def _upload(self, row: sa.Row[Any]) -> Upload:
        return Upload(
            id=row.id,
            account=AccountId(row.account),
            file_name=row.file_name,
            length=row.length,
            offset=row.length if row.digest is not None else self._safe(row.id),
            digest=row.digest,
            expires_at=instant(row.expires_at),
        )

    def _safe(self, upload_id: str) -> int:
        """How many bytes are synced and, where a checksum is awaited, verified."""
        try:
            handle = os.open(self.path(upload_id), os.O_RDONLY)
        except FileNotFoundError:
            return 0
        try:
            # A mark before the size is read, or after it, says that the last bytes may be taken back.
            mark = self._mark(upload_id)
            begun = _marked(mark)
            sizes = [os.fstat(handle).st_size]
            sizes += [size for size in (begun, _marked(mark)) if size is not None]
            with translating_disk():
                os.fsync(handle)
            return min(*sizes, os.fstat(handle).st_size)
        finally:
            os.close(handle)

    def _mark(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.from"

    def _idle(self, upload_id: str) -> bool:
        try:
            with self.path(upload_id).open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except FileNotFoundError:
            return True
        return True

    def _remove(self, upload_id: str) -> None:
        self._mark(upload_id).unlink(missing_ok=True)
        self.path(upload_id).unlink(missing_ok=True)

    def _remove_strays(self, stray: Callable[[str], bool]) -> None:
        """Files of uploads whose creation was never committed."""
        before = time.time() - self.LIFE.total_seconds()
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            if stray(path.name) and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)


def _drop_unverified(handle: int, mark: Path) -> None:
    """Cut off what a dead writer left before its checksum was verified."""
    if (begun := _marked(mark)) is not None:
        os.ftruncate(handle, min(begun, os.fstat(handle).st_size))
        mark.unlink(missing_ok=True)


def _set_mark(mark: Path, end: int) -> None:
    """Note where unverified bytes begin, before the first of them: also if the machine stops, it stands."""
    with mark.open("w", encoding="ascii") as file:
        file.write(str(end))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(mark.parent)


def _marked(mark: Path) -> int | None:
    try:
        text = mark.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    return int(text or 0)  # an empty mark was cut off while being written: nothing is sure


def _incomplete(length: int) -> Conflict:
    return Conflict(Text(zh="文件尚未传完", en="the upload is not complete"), field="upload", limit=length)


def _missing(upload_id: str) -> Missing:
    return Missing(
        Text(zh=f"没有上传 {upload_id[:40]}", en=f"there is no upload {upload_id[:40]}"), field="upload"
    )


def _offset(end: int) -> Conflict:
    return Conflict(
        Text(zh=f"偏移量应为 {end}", en=f"the offset is {end}"),
        field="Upload-Offset",
        limit=end,
        remedy=Text(zh="用 HEAD 查询后续传", en="ask with HEAD, then go on from there"),
    )
