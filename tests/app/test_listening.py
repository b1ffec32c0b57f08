"""A port is one server's: taken ones are refused, and what is left of ended connections is not in the way."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from diban.app import Settings, found
from diban.app.listening import require_listening
from diban.ground import Extent, Invalid
from tests.served import serving

LOCAL = "127.0.0.1"
TIME_WAIT = "06"
"""As /proc/net/tcp has it."""


@contextmanager
def shared() -> Iterator[socket.socket]:
    """A socket that listens as those of the server's processes do, which share their port."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((LOCAL, 0))
        held.listen()
        yield held


@pytest.mark.parametrize("host", [LOCAL, "0.0.0.0", "::"])
def test_a_port_that_others_would_share_is_refused(host: str) -> None:
    with shared() as held:
        port = held.getsockname()[1]
        with pytest.raises(Invalid) as refused:
            require_listening(host, port)
    assert refused.value.message.en == f"cannot listen on port {port} of {host}"
    assert refused.value.message.zh == f"无法在 {host} 的端口 {port} 上监听"
    assert refused.value.remedy is not None
    assert "--port" in refused.value.remedy.zh
    assert "--port" in refused.value.remedy.en
    require_listening(host, port)


def test_a_port_whose_server_is_ending_is_waited_for() -> None:
    with shared() as held:
        port = held.getsockname()[1]
        ending = threading.Timer(0.5, held.close)
        ending.start()
        begun = time.monotonic()
        require_listening(LOCAL, port)
        ending.join()
    assert time.monotonic() - begun >= 0.5


def test_a_port_that_the_system_chooses_is_free() -> None:
    require_listening(LOCAL, 0)


def test_what_is_left_of_connections_is_not_in_the_way() -> None:
    with shared() as held:
        port = held.getsockname()[1]
        with socket.create_connection((LOCAL, port)) as asker:
            held.accept()[0].close()  # who closes first keeps what is left
            assert asker.recv(1) == b""
    assert TIME_WAIT in states(port)
    require_listening(LOCAL, port)


def test_a_second_server_does_not_share_the_first_ones_port(tmp_path: Path) -> None:
    home = tmp_path / "home"
    platform, _ = found(Settings(home, "城", "City", Extent(113, 22, 115, 23), ""))
    platform.close()
    with serving(home) as url:
        port = url.rpartition(":")[2]
        second = [sys.executable, "-m", "diban.app.main", "serve", "--home", str(home), "--port", port]
        ended = subprocess.run(second, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (65, "")
    assert f"{LOCAL} 的端口 {port}" in ended.stderr or f"port {port} of {LOCAL}" in ended.stderr


def states(port: int) -> list[str]:
    """Of the sockets that have this port on our side."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return [line[3] for line in lines if int(line[1].partition(":")[2], 16) == port]
