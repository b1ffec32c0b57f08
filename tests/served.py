"""The demonstration, served by real processes on a free port, for tests that look from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from diban.app import PASSWORD, Demonstration, build_demo

START_SECONDS = 180


@dataclass(frozen=True)
class Served:
    """A served installation: its address, what was built, and logins with their one password."""

    url: str
    home: Path
    built: Demonstration
    password: str = PASSWORD

    @property
    def accounts(self) -> dict[str, str]:
        """Logins and passwords."""
        return {login: self.password for login, _ in self.built.logins}


@contextmanager
def served_demo(home: Path, database: str, buildings: int = 1500) -> Iterator[Served]:
    """Build the demonstration and serve it in two processes until the block ends."""
    built = build_demo(home, database, buildings, lambda _text: None)
    built.platform.close()
    with serving(home) as url:
        yield Served(url, home, built)


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve a home folder in two processes of a group of their own; stopped gracefully at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "diban.app.main", "serve", "--home", str(home), "--port", str(port)]
    with (
        (home / "serve.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True) as server,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, server)
            yield url
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    with httpx.Client(trust_env=False) as client:  # one: each reads all certificates when it is made
        while time.monotonic() < until and server.poll() is None:
            try:
                if client.get(f"{url}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    raise AssertionError(f"the server did not start: {server.args!r}")
