"""A server that forks real processes in which `diban` is imported already, so that acts begin at once.

An act is a process of its own group with its own output files; it can be killed as a whole, with the
processes it started. Run as a program this file is the server: a line of JSON in, a line out.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from diban.app import explain
from diban.ground import Fault

PROJECT = Path(__file__).parents[2]
PRELOADED = ("diban.app.main", "diban.app.server", "tests.reliability.acts")
PATIENCE = 100.0


@dataclass(frozen=True)
class Ended:
    """How an act ended: its exit code (negative: the signal), and what it said."""

    code: int
    out: str
    err: str

    def answer(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)


class Act:
    """A running act."""

    def __init__(self, forge: Forge, pid: int, out: Path) -> None:
        self._forge, self.pid, self._out = forge, pid, out
        self._handle = os.pidfd_open(pid)
        self._ended: Ended | None = None

    def kill(self) -> None:
        """End it and all it started at once, without a chance to tidy up."""
        # Its group is made in its first instant; before that it stands alone.
        for end in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                end(self.pid, signal.SIGKILL)

    def wait(self, seconds: float = PATIENCE) -> Ended:
        """Its end; `TimeoutError` when it does not come, after killing it."""
        if self._ended is None:
            if not select.select([self._handle], [], [], seconds)[0]:
                self.kill()
                raise TimeoutError(f"still running after {seconds} s:\n{self._said('err')}")
            os.close(self._handle)
            code = os.waitstatus_to_exitcode(self._forge.ask({"reap": self.pid}))
            self._ended = Ended(code, self._said("out"), self._said("err"))
        return self._ended

    def ended_within(self, seconds: float) -> bool:
        """Wait that long; whether it has ended by then."""
        return self._ended is not None or bool(select.select([self._handle], [], [], seconds)[0])

    def _said(self, kind: str) -> str:
        said = self._out.with_suffix(f".{kind}")
        # Killed in its first instant it has none.
        return said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""


class Forge:
    """The server as a test uses it; `start` returns when the process is there."""

    def __init__(self, server: subprocess.Popen[str], folder: Path) -> None:
        self._server, self._folder = server, folder
        self._lock = threading.Lock()
        self._count = 0

    def diban(self, *arguments: str, env: Mapping[str, str] | None = None) -> Act:
        """Begin ``diban …``."""
        return self._start({"argv": ["diban", *arguments]}, env)

    def call(self, function: str, *arguments: object, env: Mapping[str, str] | None = None) -> Act:
        """Begin a function of `tests.reliability.acts`; what it returns is printed as JSON."""
        return self._start({"call": function, "with": list(arguments)}, env)

    def ask(self, question: dict[str, object]) -> int:
        """One line to the server, one number back."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        with self._lock:
            self._server.stdin.write(json.dumps(question) + "\n")
            self._server.stdin.flush()
            return int(self._server.stdout.readline())

    def _start(self, act: dict[str, object], env: Mapping[str, str] | None) -> Act:
        with self._lock:
            self._count += 1
            out = self._folder / f"act-{self._count}"
        return Act(self, self.ask({**act, "out": str(out), "env": dict(env or {})}), out)


@contextmanager
def forging(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Forge]:
    """A server whose acts write their output into this folder; ended with all acts still running."""
    surroundings = {
        **os.environ,
        "LANG": "en",
        "OPENBLAS_NUM_THREADS": "1",  # a thread of its own would not survive the fork
        **(env or {}),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.forge"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=surroundings,
        text=True,
    )
    try:
        yield Forge(server, folder)
    finally:
        with suppress(BrokenPipeError):
            assert server.stdin is not None
            server.stdin.close()
        server.wait(PATIENCE)
        assert server.stdout is not None
        server.stdout.close()


def serve(asked: TextIO, answers: TextIO) -> None:
    """Fork and reap as asked, until nothing more is asked."""
    children: set[int] = set()
    for line in asked:
        question = json.loads(line)
        if "reap" in question:
            answer = os.waitpid(question["reap"], 0)[1]
            children.discard(question["reap"])
        else:
            answer = _forked(question)
            children.add(answer)
        answers.write(f"{answer}\n")
        answers.flush()
    for pid in children:
        for end in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                end(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _forked(question: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        _redirect(Path(question["out"]))
        os.environ.update(question["env"])
        code = _run(question)
    except BaseException:  # noqa: BLE001 - the end of a process: whatever it was is told on its way out
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _redirect(out: Path) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, kind in ((1, "out"), (2, "err")):
        os.dup2(os.open(out.with_suffix(f".{kind}"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC), number)


def _run(question: dict[str, Any]) -> int:
    try:
        if "argv" in question:
            sys.argv = question["argv"]
            _found("diban.app.main:main")()
        else:
            result = _found(f"tests.reliability.acts:{question['call']}")(*question["with"])
            sys.stdout.write(json.dumps(result))
    except Fault as fault:
        return explain(fault)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _found(name: str) -> Callable[..., object]:
    module, _, function = name.partition(":")
    found: Callable[..., object] = getattr(importlib.import_module(module), function)
    return found


if __name__ == "__main__":
    for name in PRELOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # no child copies a page only to look through it for garbage
    serve(sys.stdin, sys.stdout)
