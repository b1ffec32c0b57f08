"""A way to a server that fails as networks do: cut off in the middle, or busy for a while."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
PIECE = 1 << 16


class Way:
    """Forwards connections to a server.

    ``cut_up`` and ``cut_down``: after so many more bytes to or from the server every connection is
    broken, once for each number in turn; ``busy``: so many connections are answered 503 first.
    """

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._target = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.cut_up: list[int] = []
        self.cut_down: list[int] = []
        self.busy = self.refused = self.broken = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self) -> None:
        """Take connections until closed."""
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(near,)).start()

    def close(self) -> None:
        """Take no more, and break what is open."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break()

    def _forward(self, near: socket.socket) -> None:
        with near:
            if self._is_busy():
                near.recv(PIECE)
                near.sendall(BUSY)
                return
            with socket.create_connection(self._target) as far:
                with self._lock:
                    self._open |= {near, far}
                up = threading.Thread(target=self._pump, args=(near, far, "cut_up"))
                up.start()
                self._pump(far, near, "cut_down")
                up.join()
                with self._lock:
                    self._open -= {near, far}

    def _is_busy(self) -> bool:
        with self._lock:
            busy = self.busy > 0
            self.busy -= busy
            self.refused += busy
            return busy

    def _pump(self, source: socket.socket, target: socket.socket, which: str) -> None:
        with suppress(OSError):
            while data := source.recv(PIECE):
                with self._lock:
                    cut: list[int] = getattr(self, which)
                    over = bool(cut) and len(data) >= cut[0]
                    if cut:
                        data = data[: cut[0]]
                        cut[0] -= len(data)
                        del cut[:over]
                target.sendall(data)
                if over:
                    self.broken += 1
                    self._break()
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _break(self) -> None:
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


@contextmanager
def way_to(server: str) -> Iterator[Way]:
    """A way to the server of that address."""
    way = Way(server)
    thread = threading.Thread(target=way.serve)
    thread.start()
    try:
        yield way
    finally:
        way.close()
        thread.join()
