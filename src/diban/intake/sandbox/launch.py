"""The parent's side of the process: start the child, take its frames, end it.

Everything waits with a deadline, so nothing a file does can hold the parent longer than
`Limits.silence`. Each death of the child becomes a `Refusal` with a code.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa

import diban
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import HEADER, LENT, MOST_JSON, PART, PARTS, Kind, Refusal

_ROOM = Path(__file__).parent.parent
_PIPE_BYTES = 1 << 20
_STDERR_KEPT = 16 << 10
_NOTES_AT_ONCE = 64
_GRACE = 5.0
_OUT_OF_MEMORY = re.compile(r"bad_alloc|[Oo]ut of memory|MemoryError")
_KINDS = {kind.value for kind in Kind}

# The face of the room loads what a server needs. The child starts fast and holds little, so it gets
# the room as a bare package, and libraries that others would load if they could are not found.
_START = """
import sys, types
class Without:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in ("shapely", "pyproj", "pandas", "geopandas", "certifi"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Without)
room = types.ModuleType("diban.intake")
room.__path__ = [sys.argv[1]]
sys.modules["diban.intake"] = room
sys.path += sys.argv[2:]
from diban.intake.sandbox.child import main
main()
"""

# No proxy, no secret, no search path: the whole environment of a child. One thread until the
# confinement holds (numpy's and Arrow's other allocator would start their own). Memory is taken as it is
# used, so that the cap meets what is used, and a batch's is used again by the next: given back at
# once, the faults on fresh pages cost more time than reading; never given back, gaps alone grew past the cap
# on 5,000,000 rows of WKT. GDAL neither looks beside the file nor trusts its views.
_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "mimalloc",
    "MIMALLOC_ARENA_EAGER_COMMIT": "0",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "4194304",
    "MALLOC_TRIM_THRESHOLD_": "33554432",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "OGR_SQLITE_PRAGMA": "trusted_schema=0",
    "PROJ_NETWORK": "OFF",
}


class Child:
    """A running child, which waits until it is asked; a context manager, which always ends it."""

    def __init__(self) -> None:
        self._limits = Limits()
        self._ended: str | None = None
        self._guard = threading.Lock()
        self._path = "…"
        self._stderr = bytearray()
        paths = [str(Path(diban.__file__).parent.parent), *filter(None, sys.path)]
        self._memory, self._lent = _shared_memory(), 0
        mapped = mmap.mmap(self._memory.fileno(), PART * PARTS, access=mmap.ACCESS_READ)
        self._shared = np.frombuffer(mapped, np.uint8)
        self._asking, heard = socket.socketpair()
        with heard:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _START, str(_ROOM), *paths],
                stdin=heard.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_ENVIRONMENT,
                cwd="/",
                close_fds=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._frames, self._notes = self._process.stdout.fileno(), self._process.stderr.fileno()
        # A larger pipe is a matter of speed alone, and an unprivileged user's share may be used up.
        with suppress(PermissionError):
            fcntl.fcntl(self._frames, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        os.set_blocking(self._frames, False)
        os.set_blocking(self._notes, False)
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(self._frames, selectors.EVENT_READ)
        self._waiting.register(self._notes, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def ask(self, request: dict[str, object], limits: Limits, writable: Sequence[int] = ()) -> None:
        """Say what it is to do, once, and hand it the descriptors of files that it may write."""
        self._limits = limits
        self._path = str(request.get("path", "…"))
        words = json.dumps({**request, "limits": limits.as_json()}).encode() + b"\n"
        # A child that is gone already is found out by who waits for its frames.
        with suppress(BrokenPipeError, ConnectionResetError):
            sent = socket.send_fds(self._asking, [words], [self._memory.fileno(), *writable])
            self._asking.sendall(words[sent:])
        self._asking.setblocking(False)

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end("read-cancelled")
        self._asking.close()
        self._memory.close()
        self._waiting.close()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    def end(self, reason: str) -> None:
        """Kill the child, if it still runs, for a reason that its reader will be told; any thread may."""
        with self._guard:
            if self._process.returncode is None:
                self._ended = self._ended or reason
                self._process.kill()
                self._process.wait()

    def frame(self) -> tuple[Kind, pa.Buffer]:
        """The next frame; `Refusal` when the child died, was too slow or said too much."""
        deadline = time.monotonic() + self._limits.silence
        kind, length = HEADER.unpack(self._take(HEADER.size, deadline))
        most = self._limits.memory if kind == Kind.BATCH.value else MOST_JSON
        if length > most or kind not in _KINDS:
            self.end("read-crashed")
            raise self._death()
        body = self._take(length, deadline)
        return (Kind.BATCH, self._copied(body)) if kind == Kind.LENT.value else (Kind(kind), body)

    def errors_printed(self) -> list[str]:
        """Error lines that GDAL printed (worker threads cannot report them in any other way)."""
        return [line for line in self._words().splitlines() if line.startswith(("ERROR ", "FATAL"))]

    def _copied(self, said: pa.Buffer) -> pa.Buffer:
        """The batch that lies in the shared memory now; whatever happens there later, this stays."""
        skipped, length = LENT.unpack(said) if said.size == LENT.size else (PART, PART)
        if skipped + length > PART:
            self.end("read-crashed")
            raise self._death()
        begin = PART * (self._lent % PARTS) + skipped
        self._lent += 1
        buffer = pa.allocate_buffer(length)
        np.frombuffer(buffer, np.uint8)[:] = self._shared[begin : begin + length]
        # One that does not listen to answers has broken the rules; of one that is gone, the next frame tells.
        with suppress(BrokenPipeError, ConnectionResetError):
            try:
                self._asking.send(b"\0")
            except BlockingIOError:
                self.end("read-crashed")
                raise self._death() from None
        return buffer

    def _take(self, length: int, deadline: float) -> pa.Buffer:
        buffer = pa.allocate_buffer(length)
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < length:
            try:
                got = os.readv(self._frames, [view[filled:]])
            except BlockingIOError:
                self._wait(deadline)
                continue
            if got == 0:
                raise self._death()
            filled += got
        return buffer

    def _wait(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            self.end("read-timeout")
            raise self._death()
        for key, _ in self._waiting.select(left):
            if key.fd == self._notes:
                self._take_notes()

    def _words(self) -> str:
        """What was printed so far, without the place of the file."""
        self._take_notes()
        return self._stderr.decode("utf-8", "replace").replace(self._path, "…")

    def _take_notes(self) -> None:
        with suppress(BlockingIOError):
            for _ in range(_NOTES_AT_ONCE):
                chunk = os.read(self._notes, 4096)
                self._stderr += chunk[: _STDERR_KEPT - len(self._stderr)]
                if not chunk:
                    with suppress(KeyError):
                        self._waiting.unregister(self._notes)
                    return

    def _death(self) -> Refusal:
        """Why the child is gone (or must go), as far as its end and its last words tell."""
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.end("read-crashed")
        words = self._words()
        code = self._ended or "read-crashed"
        if self._ended is None:
            if self._process.returncode == -signal.SIGXCPU:
                code = "read-cpu"
            elif self._process.returncode == -signal.SIGKILL or _OUT_OF_MEMORY.search(words):
                code = "read-memory"  # killed without our doing: the machine itself ran out
        return Refusal(code, detail=words[-400:])


def _shared_memory() -> FileIO:
    """Memory that a child may fill, of a length that it cannot change: reading it can never fault."""
    memory = os.memfd_create("batches", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(memory, PART * PARTS)
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, seals)
    return FileIO(memory)


_AHEAD: deque[Child] = deque()


@contextmanager
def reading_ahead() -> Iterator[None]:
    """A child starts now, so that the next upload need not wait for it; it ends with the block.

    Its start takes as long as reading 100,000 rows, and whoever receives a file knows that it will be read.
    """
    with Child() as child:
        _AHEAD.append(child)
        try:
            yield
        finally:
            with suppress(ValueError):
                _AHEAD.remove(child)


def waiting_child() -> Child:
    """A child that has not been asked: one that was started ahead, else a new one."""
    try:
        return _AHEAD.popleft()
    except IndexError:
        return Child()
