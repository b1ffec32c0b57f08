"""A file that another thread reads in pieces, never far ahead of what becomes of them."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Protocol, TypeVar

_AHEAD = 3
_PATIENCE = 0.2

_Made = TypeVar("_Made")


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes | None: ...


class Paced(io.RawIOBase):
    """The same stream; who reads it waits while several pieces were read of which nothing has come.

    Arrow reads a CSV up to 32 blocks ahead, whatever memory that takes. A piece that holds no whole row, of
    which nothing can come, must not hold up the next one: it is read once that was waited for in vain.
    """

    def __init__(self, stream: _Readable) -> None:
        self._stream = stream
        self._ahead = 0
        self._awaited = self._over = False
        self._changed = threading.Condition()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        with self._changed:
            while not self._changed.wait_for(lambda: self._over or self._ahead < _AHEAD, _PATIENCE):
                if self._awaited:
                    break
            self._ahead += 1
        return b"" if self._over else self._stream.read(size) or b""

    def made(self, made: Iterator[_Made]) -> Iterator[_Made]:
        """What is made of the pieces, one of each, while others are read."""
        while True:
            self._awaited = True
            one = next(made, None)
            with self._changed:
                self._awaited = False
                self._ahead = max(self._ahead - 1, 0)
                self._changed.notify()
            if one is None:
                return
            yield one

    def close(self) -> None:
        """Nothing more is wanted; who waits to read finds the end."""
        with self._changed:
            self._over = True
            self._changed.notify()
        super().close()
