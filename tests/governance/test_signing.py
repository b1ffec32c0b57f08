"""The head's signature: the key stays private, and counts only for exactly what it signed."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from diban.governance.head import Head, HeadFile
from diban.governance.signing import FileSigner, FileTrusted
from diban.ground import Damaged, Missing, Unsafe, now


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "audit.key"
    made = FileSigner.make(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["audit.key"]
    assert FileSigner.make(path).key == FileSigner.load(path).key == made.key


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    FileSigner.make(path)
    path.chmod(0o640)
    with pytest.raises(Unsafe, match="others may read"):
        FileSigner.load(path)


def test_what_is_no_key_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        FileSigner.load(tmp_path / "absent")
    path = tmp_path / "audit.key"
    path.write_text("not a key")
    path.chmod(0o600)
    with pytest.raises(Damaged):
        FileSigner.load(path)
    with pytest.raises(Damaged):
        FileTrusted.load(path)


def test_an_exported_key_accepts_its_heads_and_no_others(tmp_path: Path) -> None:
    signer = FileSigner.make(tmp_path / "audit.key")
    (tmp_path / "audit.pub").write_text(signer.public.pem())
    trusted = FileTrusted.load(tmp_path / "audit.pub")
    head = Head.signed(signer, 7, "ab" * 32, now())
    assert head.holds(trusted)
    for changed in (
        replace(head, position=8),
        replace(head, hash="cd" * 32),
        replace(head, at=head.at + timedelta(microseconds=1)),
        replace(head, key="ed25519:other"),
        replace(head, signature="00" * 64),
        replace(head, signature="not hexadecimal"),
    ):
        assert not changed.holds(trusted)
    assert not head.holds(FileSigner.make(tmp_path / "other.key").public)


def test_the_exported_head_only_moves_forward(tmp_path: Path) -> None:
    signer, heads = FileSigner.make(tmp_path / "audit.key"), HeadFile(tmp_path / "audit" / "head.json")
    assert heads.read() is None
    later, earlier = (Head.signed(signer, position, "ab" * 32, now()) for position in (9, 4))
    heads.advance(later)
    heads.advance(earlier)
    assert heads.read() == later
    (tmp_path / "audit" / "head.json").write_text('{"position": 1}')
    with pytest.raises(Damaged):
        heads.read()
