"""A PostgreSQL cluster of our own, for tests and benchmarks: durable settings, small memory, no trace left.

Not a fixture file (those stand in ``conftest.py``) and not tied to pytest, so that ``bench/`` uses it too.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

TEMPLATE: Final = "diban_template"
START_SECONDS: Final = 30.0
SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "min_wal_size": "64MB",
    "max_parallel_workers_per_gather": "1",
    "timezone": "UTC",
    "lc_messages": "C",
    "jit": "off",  # its compile time drowns the small queries measured here
}


class NotInstalled(Exception):
    """No PostgreSQL with PostGIS on this machine; the message says what was looked for."""


def programs() -> Path:
    """The folder of ``initdb`` and ``postgres`` of the newest PostgreSQL that has PostGIS."""
    versions = [path.parent.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    for version in sorted(versions, key=lambda path: float(path.name), reverse=True):
        if Path("/usr/share/postgresql", version.name, "extension", "postgis.control").exists():
            return version / "bin"
    raise NotInstalled("no /usr/lib/postgresql/*/bin/initdb with the extension postgis")


@dataclass
class Cluster:
    """A running server on a free loopback port; `stop` and `start` keep its data and its port.

    `process` is the postmaster itself: a signal to its pid is a signal to the server (SIGKILL included).
    It is also stopped by the kernel when the thread that started it ends.
    """

    folder: Path
    port: int
    password: str
    process: subprocess.Popen[bytes] | None = field(default=None)

    def url(self, database: str, driver: str = "postgresql+psycopg") -> str:
        """The SQLAlchemy URL of a database; ``driver="postgresql"`` gives libpq's own form."""
        return f"{driver}://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts the server and returns when it answers.

        Raises:
            RuntimeError: it did not answer within `START_SECONDS`; the message carries the end of its log.
        """
        deadline = time.monotonic() + START_SECONDS
        self.process = self._launched()
        while not self._answers():
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(
                    f"PostgreSQL did not start:\n{self.log.read_text(errors='replace')[-3000:]}"
                )
            time.sleep(0.05)
            # After a crash the killed server's sessions may still hold its memory: try again.
            if self.process.poll() is not None:
                self.process = self._launched()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops the server: SIGINT ends sessions and shuts down in order, SIGQUIT and SIGKILL crash it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=START_SECONDS)
            self.process = None

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh database with PostGIS, by its SQLAlchemy URL; dropped at the end with all its sessions."""
        name = f"diban_{secrets.token_hex(6)}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
        try:
            yield self.url(name)
        finally:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def _launched(self) -> subprocess.Popen[bytes]:
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        options += [f"--port={self.port}", f"--unix_socket_directories={self.folder}"]
        command = _as_owner([str(programs() / "postgres"), "-D", str(self.data), *options])
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _make_template(self) -> None:
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        self._run(sql.Composed([sql.SQL("CREATE EXTENSION postgis")]), TEMPLATE)

    def _run(self, statement: sql.Composed, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database, "postgresql"), autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres", "postgresql"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A new cluster in a folder of its own below the temporary folder; both are gone afterwards.

    Raises:
        NotInstalled: no PostgreSQL with PostGIS on this machine.
    """
    initdb = programs() / "initdb"
    folder = Path(tempfile.mkdtemp(prefix="diban-postgres-"))
    cluster = Cluster(folder, _free_port(), secrets.token_hex(12))
    try:
        _give_to_owner(folder)
        _initialise(cluster, initdb)
        cluster.start()
        cluster._make_template()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def _initialise(cluster: Cluster, initdb: Path) -> None:
    password = cluster.folder / "password"
    password.write_text(cluster.password)
    _give_to_owner(password)
    options = ["--username=postgres", f"--pwfile={password}", "--auth=scram-sha-256"]
    options += ["--encoding=UTF8", "--locale=C.UTF-8", "-D", str(cluster.data)]
    made = subprocess.run(
        _as_owner([str(initdb), *options]), cwd=cluster.folder, capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")


def _as_owner(command: list[str]) -> list[str]:
    """The command under an account that PostgreSQL accepts (it refuses root), ending with its parent."""
    account = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *account, "--pdeathsig=INT", "--", *command]


def _give_to_owner(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
