"""The chain's head, signed and kept in a file outside the database, so that a cut tail is seen."""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from diban.governance.signing import Signer, Trusted
from diban.ground import Damaged, Text, instant, micros
from diban.store import keep_file, translating_disk


@dataclass(frozen=True, slots=True)
class Head:
    """Up to where the chain had grown: position and hash of its last line, when, and whose signature."""

    position: int
    hash: str
    at: datetime
    key: str
    signature: str

    @classmethod
    def signed(cls, signer: Signer, position: int, digest: str, at: datetime) -> Head:
        """A head with the signature of ``signer``."""
        message = _message(position, digest, at, signer.key)
        return cls(position, digest, at, signer.key, signer.sign(message).hex())

    def holds(self, trusted: Trusted) -> bool:
        """Whether a trusted key signed exactly this head."""
        try:
            signature = bytes.fromhex(self.signature)
        except ValueError:
            return False
        return trusted.accepts(self.key, _message(self.position, self.hash, self.at, self.key), signature)

    def as_json(self) -> dict[str, object]:
        """The exported form; ``at`` in microseconds UTC, as it is signed."""
        return {
            "position": self.position,
            "hash": self.hash,
            "at": micros(self.at),
            "key": self.key,
            "signature": self.signature,
        }


class HeadFile:
    """``head.json``: written whole, survives a crash, only ever moves forward."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Head | None:
        """The exported head, None before the first; `Damaged` when the file is not one."""
        try:
            found = orjson.loads(self._path.read_bytes())
            return Head(
                int(found["position"]),
                str(found["hash"]),
                instant(int(found["at"])),
                str(found["key"]),
                str(found["signature"]),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as fault:
            raise Damaged(
                Text(zh="审计链头文件已损坏", en="the file of the audit's head is damaged"),
                field=str(self._path),
                remedy=Text(zh="从备份恢复后核验", en="restore it from a backup, then verify"),
            ) from fault

    def advance(self, head: Head) -> None:
        """Export a head unless a later one is there already; several processes may do so at once."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with translating_disk(), self._path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            current = self.read()
            if current is None or current.position < head.position:
                aside = self._path.with_suffix(".part")  # one at a time, by the lock
                aside.write_bytes(orjson.dumps(head.as_json(), option=orjson.OPT_INDENT_2))
                keep_file(aside, self._path)


def _message(position: int, digest: str, at: datetime, key: str) -> bytes:
    return f"diban audit head\n{position}\n{digest}\n{micros(at)}\n{key}\n".encode()
