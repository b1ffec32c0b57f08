"""The town in a server process of its own, for clients that speak real HTTP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

from diban.governance import Party, PartyKind
from diban.ground import PartyId, Text
from tests.share.town import Town, open_town

START_SECONDS = 180
FOLDER, PUBLIC = "DIBAN_TEST_TOWN", "DIBAN_TEST_PUBLIC"


def application() -> FastAPI:
    """The services over the folder that the environment names, for as long as the process lives."""
    public = Party(PartyId(os.environ[PUBLIC]), PartyKind.PUBLIC, Text(zh="公众", en="public"), None, None)
    return open_town(Path(os.environ[FOLDER]), {"public": public}, {}).__enter__().app


@contextmanager
def serving(town: Town, *, port: int = 0, killed: bool = False) -> Iterator[str]:
    """The address at which the town is served meanwhile; at the end all of it may be ``killed`` at once."""
    port = port or free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "tests.share.serving:application"]
    environment = {**os.environ, FOLDER: str(town.folder), PUBLIC: town.parties["public"].id}
    with (town.folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(f"http://127.0.0.1:{port}/healthz", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            if killed:
                os.killpg(process.pid, signal.SIGKILL)
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    with httpx.Client(timeout=2) as client:  # one: each reads all certificates when it is made
        while time.monotonic() < until and process.poll() is None:
            try:
                if client.get(address).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    raise RuntimeError(f"the server does not answer at {address}")
