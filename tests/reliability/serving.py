"""``diban serve`` as it is run: processes of their own on a free port, asked over HTTP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.reliability.installation import LAYER, Installation

START_SECONDS = 180.0
STOP_SECONDS = 40.0
ITEMS = f"/ogc/collections/{LAYER}/items?limit=20"
GUARD = {"X-Diban-Request": "1"}


@dataclass(frozen=True)
class Served:
    """A running server and its address."""

    address: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()]

    def kill(self) -> None:
        """All its processes at once, for good."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def get(self, path: str) -> httpx.Response:
        """Ask on a fresh connection, which may meet any of the processes."""
        return httpx.get(self.address + path, timeout=30)

    def sign_in(self, login: str, password: str) -> httpx.Response:
        """Begin a session: a write with its audit line."""
        body = {"login": login, "password": password}
        return httpx.post(f"{self.address}/api/session", json=body, headers=GUARD, timeout=30)


@contextmanager
def serving(
    installation: Installation, folder: Path, *, processes: int = 2, env: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Serve it while the block runs; unless it was killed, it must then stop in order when asked to."""
    port, log = _free_port(), folder / "serve.log"
    command = [sys.executable, "-m", "diban.app.main", "serve", "--home", str(installation.home)]
    command += ["--port", str(port), "--processes", str(processes)]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, stdout=stream, stderr=stream, env={**os.environ, **(env or {})}, start_new_session=True
        )
    served = Served(f"http://127.0.0.1:{port}", log, process)
    try:
        _until_ready(served, process)
        yield served
        if process.returncode == -signal.SIGKILL:
            return
        process.send_signal(signal.SIGTERM)
        code = process.wait(STOP_SECONDS)
        assert code in (0, -signal.SIGTERM), f"the server ended with {code}:\n{_end_of(log)}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until_ready(served: Served, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(timeout=30) as client:  # one: each reads all certificates when it is made
        while True:
            try:
                if client.get(served.address + ITEMS).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
            assert process.poll() is None, f"the server ended:\n{_end_of(served.log)}"
            assert time.monotonic() < deadline, f"the server does not answer:\n{_end_of(served.log)}"


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
