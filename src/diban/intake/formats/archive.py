"""What a ZIP archive holds, looked through before anything of it is unpacked.

Layout after PKWARE's APPNOTE 6.3.10; Python's zipfile reads the directory and holds contents against
their lengths and check sums.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from diban.intake.formats.encoding import GB18030
from diban.intake.formats.scratch import Scratch
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")

_CHUNK = 1 << 20
_LONGEST_WORD = 1 << 16
_SMALL = 1 << 20  # a small file may well be all blanks
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 1 << 16
_END_64, _LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
_PACKED = (".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".kmz")
_NOT_DATA = ("__macosx", ".git", ".svn", "$recycle.bin")
_NOT_DATA_NAMES = ("thumbs.db", "desktop.ini", ".ds_store")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive, under its name as people wrote it."""

    name: str
    info: zipfile.ZipInfo

    @property
    def stem(self) -> str:
        """Folder and name without the ending."""
        return str(PurePosixPath(self.name).with_suffix(""))

    @property
    def ending(self) -> str:
        """In small letters, with its point."""
        return PurePosixPath(self.name).suffix.casefold()


class Archive:
    """An archive that was found harmless; `Refusal` says why one was not."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        _few_enough(file, limits)
        self._limits = limits
        self._zip = zipfile.ZipFile(file)
        every = [Member(_name(info), info) for info in self._zip.infolist() if not info.is_dir()]
        for member in every:
            _harmless(member, limits)
        names = [member.name.casefold() for member in every]
        if len(set(names)) != len(names):
            raise Refusal("archive-doubled", name=next(name for name in names if names.count(name) > 1))
        if sum(member.info.file_size for member in every) > limits.decoded:
            raise Refusal("read-too-large")
        self.members = [member for member in every if _is_data(member.name)]
        """Its files, without those that systems leave behind."""

    def head(self, member: Member, length: int) -> bytes:
        """The first bytes of a file."""
        with self._zip.open(member.info) as stream:
            return stream.read(length)

    def stream(self, member: Member) -> IO[bytes]:
        """A file's content, piece by piece."""
        return self._zip.open(member.info)

    def word(self, member: Member) -> str:
        """A small file of text, such as a .prj."""
        content = self.head(member, _LONGEST_WORD)
        return content.decode("utf-8-sig", "replace")

    def unpacked(self, member: Member, scratch: Scratch) -> Path:
        """The whole file, on disk; the archive's word on its length is the most that is written."""
        with self._zip.open(member.info) as stream:
            path = scratch.keep(_chunks(stream))
        if path.stat().st_size != member.info.file_size:
            raise Refusal("read-damaged", detail=f"the archive lies about the length of {member.name}")
        return path


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _few_enough(file: BinaryIO, limits: Limits) -> None:
    """Refuse a directory of too many members before it is read into memory."""
    end = file.seek(0, 2)
    file.seek(max(end - _END_BYTES - _LONGEST_COMMENT, 0))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + _END_BYTES > len(tail):
        raise Refusal("read-damaged", detail="the archive's directory is missing")
    (count,) = struct.unpack_from("<H", tail, at + 10)
    locator = tail.find(_LOCATOR_64, max(at - 20, 0), at)
    if locator >= 0:
        (place,) = struct.unpack_from("<Q", tail, locator + 8)
        file.seek(min(place, end))
        head = file.read(56)
        if head.startswith(_END_64) and len(head) == 56:
            (count,) = struct.unpack_from("<Q", head, 32)
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if count > limits.members or (size != 0xFFFF_FFFF and size > limits.members * 1_000):
        raise Refusal("archive-members", count=count)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as written: UTF-8 where marked or where it holds, else GBK, as Chinese Windows writes."""
    raw = info.orig_filename
    if info.flag_bits & _UTF8_NAME:
        return raw
    written = raw.encode("cp437")
    for encoding in ("utf-8", GB18030):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw


def _harmless(member: Member, limits: Limits) -> None:
    name, info = member.name, member.info
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name or not name.strip():
        raise Refusal("archive-path", name=name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise Refusal("archive-link", name=name)
    if info.flag_bits & _ENCRYPTED:
        raise Refusal("archive-encrypted", name=name)
    if info.file_size > max(limits.ratio * info.compress_size, _SMALL):
        raise Refusal("archive-ratio", name=name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refusal("archive-method", name=name)
    if member.ending in _PACKED and _is_data(name):
        raise Refusal("archive-nested", name=name)


def _is_data(name: str) -> bool:
    parts = [part.casefold() for part in PurePosixPath(name).parts]
    hidden = parts[-1].startswith(("._", "~$")) or parts[-1] in _NOT_DATA_NAMES
    return not hidden and not any(part in _NOT_DATA for part in parts[:-1])
