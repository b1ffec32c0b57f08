"""What readers hold does not grow with the file: pages are given back, nothing is read far ahead."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from diban.intake.formats import paced
from diban.intake.formats.mapped import Mapped
from diban.intake.formats.paced import Paced


def test_pages_that_were_read_are_given_back_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(bytes(range(256)) * (1 << 18))
    mapped, before = Mapped(path), _resident_of_files()
    total = sum(mapped.content[at] for at in range(0, len(mapped.content), 4096))
    assert _resident_of_files() - before > 48 << 10
    mapped.let_go()
    assert _resident_of_files() - before < 16 << 10
    assert sum(mapped.content[at] for at in range(0, len(mapped.content), 4096)) == total
    assert mapped.content[-2:] == b"\xfe\xff"


def test_an_empty_file_has_no_content(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    mapped = Mapped(tmp_path / "empty")
    mapped.let_go()
    assert mapped.content == b""


class _Reader(threading.Thread):
    """Reads pieces of one byte as fast as it may, as Arrow's own thread does."""

    def __init__(self, stream: Paced) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._more = threading.Condition()
        self.pieces = 0

    def run(self) -> None:
        while self._stream.read(1):
            with self._more:
                self.pieces += 1
                self._more.notify_all()

    def has_read(self, pieces: int) -> bool:
        with self._more:
            return self._more.wait_for(lambda: self.pieces >= pieces, 60)


def test_nothing_is_read_far_ahead_of_what_becomes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "_PATIENCE", 3600)
    stream = Paced(io.BytesIO(bytes(100)))
    reader = _Reader(stream)
    reader.start()
    made = stream.made(iter(range(10)))
    for taken in range(5):
        assert reader.has_read(paced._AHEAD + taken)
        assert next(made) == taken
    assert reader.has_read(paced._AHEAD + 5)
    stream.close()
    reader.join(60)
    assert not reader.is_alive()
    assert reader.pieces == paced._AHEAD + 5


def test_pieces_of_which_nothing_comes_do_not_hold_up_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "_PATIENCE", 0.001)
    stream = Paced(io.BytesIO(bytes(50)))
    reader = _Reader(stream)
    reader.start()

    def nothing_before_the_end() -> Iterator[str]:
        assert reader.has_read(50)
        yield "row"

    assert list(stream.made(nothing_before_the_end())) == ["row"]
    stream.close()
    reader.join(60)
    assert not reader.is_alive()


def _resident_of_files() -> int:
    """Kibibytes of mapped files that this process holds."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("RssFile:")[2].split()[0])
