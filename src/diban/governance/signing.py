"""Signatures over the audit's head, with a key that the database never sees.

`Signer` and `Trusted` are what the ledger needs; `FileSigner` and `FileTrusted` are Ed25519 (RFC 8032)
with keys in PEM files. An SM2 device (GB/T 32918) implements the same two protocols.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from diban.ground import Damaged, Missing, Text, Unsafe
from diban.store import keep_file, translating_disk


class Signer(Protocol):
    """Signs; ``key`` is the fingerprint by which `Trusted` knows whose signature it is."""

    @property
    def key(self) -> str: ...

    def sign(self, message: bytes) -> bytes:
        """A signature over the message; `Unavailable` when the device does not answer."""


class Trusted(Protocol):
    """Knows the keys whose signatures count."""

    def accepts(self, key: str, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's, over exactly this message."""


class FileTrusted:
    """One Ed25519 public key, as exported for auditors."""

    def __init__(self, public: Ed25519PublicKey) -> None:
        self._public = public
        self.key = f"ed25519:{hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]}"

    def accepts(self, key: str, message: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return key == self.key

    def pem(self) -> str:
        """The public key as PEM (SubjectPublicKeyInfo), to be kept where auditors find it."""
        return self._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @classmethod
    def load(cls, path: Path) -> FileTrusted:
        """The key of a file that holds `pem`; `Damaged` when it is no such key."""
        try:
            public = load_pem_public_key(_content(path))
        except ValueError as fault:
            raise _not_a_key(path) from fault
        if not isinstance(public, Ed25519PublicKey):
            raise _not_a_key(path)
        return cls(public)


class FileSigner:
    """Signs with the Ed25519 key of a file that only its owner may read; ``public`` checks it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = FileTrusted(private.public_key())
        self.key = self.public.key

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    @classmethod
    def make(cls, path: Path) -> FileSigner:
        """Make a key at ``path`` with mode 0600, or load the one that is there."""
        if path.exists():
            return cls.load(path)
        private = Ed25519PrivateKey.generate()
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
        with translating_disk():
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            keep_file(aside, path)
        return cls(private)

    @classmethod
    def load(cls, path: Path) -> FileSigner:
        """The key of the file; `Unsafe` when others may read it, `Damaged` when it is no such key."""
        pem = _content(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Unsafe(
                Text(zh="审计签名密钥可被他人读取", en="others may read the audit's signing key"),
                field=str(path),
                limit="0600",
                remedy=Text(zh=f"执行 chmod 600 {path}", en=f"run chmod 600 {path}"),
            )
        try:
            private = load_pem_private_key(pem, None)
        except (ValueError, TypeError) as fault:  # no PEM; a PEM that asks for a password
            raise _not_a_key(path) from fault
        if not isinstance(private, Ed25519PrivateKey):
            raise _not_a_key(path)
        return cls(private)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as fault:
        raise Missing(
            Text(zh="没有审计密钥文件", en="there is no such audit key"), field=str(path)
        ) from fault


def _not_a_key(path: Path) -> Damaged:
    return Damaged(
        Text(zh="不是 Ed25519 密钥", en="not an Ed25519 key"),
        field=str(path),
        remedy=Text(zh="从备份恢复密钥", en="restore the key from a backup"),
    )
