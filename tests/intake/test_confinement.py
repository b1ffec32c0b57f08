"""What a confined process may still do: read its file, compute, use threads. Nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from diban.intake.sandbox import launch
from diban.intake.sandbox.available import sandbox_available
from diban.intake.sandbox.seccomp import program

# In a process of its own, with the room as a bare package as a reading process has it.
_BARE = f"""
import sys, types
room = types.ModuleType("diban.intake")
room.__path__ = [{str(Path(launch.__file__).parent.parent)!r}]
sys.modules["diban.intake"] = room
from diban.intake.sandbox.confine import Unconfined, confine
from diban.intake.sandbox.limits import Limits
"""

_TRIAL = """
import ctypes, json, mmap, os, socket, threading
from pathlib import Path
mine, foreign, folder = map(Path, sys.argv[1:4])
libc = ctypes.CDLL(None, use_errno=True)
kept_open = os.open(folder, os.O_RDONLY)
intel = os.uname().machine == "x86_64"
def syscall(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
outcomes = {}
confine([mine], Limits(), 0)
for name, attempt in json.loads(sys.argv[4]).items():
    try:
        exec(attempt)
        outcomes[name] = "done"
    except Exception as fault:
        outcomes[name] = type(fault).__name__
print(json.dumps(outcomes))
"""

_ALLOWED = {
    "read its file": "assert mine.read_bytes() == b'mine'",
    "start a thread": "t = threading.Thread(target=sum, args=([],)); t.start(); t.join()",
    "take memory": "assert len(bytearray(100_000_000)) == 100_000_000",
    "map memory": "mmap.mmap(-1, 1 << 20).close()",
}

_REFUSED = {
    "read another file": "foreign.read_bytes()",
    "read through the process's own links": "Path('/proc/self/environ').read_bytes()",
    "list a folder": "os.listdir(folder)",
    "list an open folder": "os.open('foreign', os.O_RDONLY, dir_fd=kept_open)",
    "write its file": "mine.open('r+b')",
    "make a file": "(folder / 'new').open('xb')",
    "remove its file": "mine.unlink()",
    "rename its file": "mine.rename(folder / 'renamed')",
    "make a folder": "(folder / 'new').mkdir()",
    "make a link": "(folder / 'link').symlink_to('/')",
    "change rights": "mine.chmod(0o777)",
    "truncate": "os.truncate(mine, 0)",
    "memory file": "os.memfd_create('x')",
    "TCP socket": "socket.socket()",
    "local socket": "socket.socket(socket.AF_UNIX)",
    "socket pair": "socket.socketpair()",
    "fork": "os.fork() or os._exit(0)",
    "start a program": "os.execv('/bin/true', ['true'])",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "signal its parent": "os.kill(os.getppid(), 0)",
    "signal itself from outside the thread call": "os.kill(os.getpid(), 0)",
    "code at run time": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "raise its limits": "syscall(302 if intel else 261, 0, 4, ctypes.create_string_buffer(16), None)",
    "trace": "syscall(101 if intel else 117, 0, 0, 0, 0)",
    "io_uring": "syscall(425, 1, ctypes.create_string_buffer(120))",
    "user keys": "syscall(250 if intel else 219, 0, 0)",
    "bpf": "syscall(321 if intel else 280, 0, ctypes.create_string_buffer(64), 64)",
    "namespaces": "syscall(272 if intel else 97, 0x10000000)",
    "another process's memory": "syscall(310 if intel else 270, os.getppid(), 0, 0, 0, 0, 0)",
    "lift the filter": "syscall(317 if intel else 277, 1, 0, 0)",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of each attempt, all made by one confined process."""
    folder = tmp_path_factory.mktemp("sandbox")
    mine, foreign = folder / "mine", folder / "foreign"
    mine.write_bytes(b"mine")
    foreign.write_bytes(b"foreign")
    said = _run(_BARE + _TRIAL, str(mine), str(foreign), str(folder), json.dumps(_ALLOWED | _REFUSED))
    assert mine.read_bytes() == b"mine"
    assert {path.name for path in folder.iterdir()} == {"mine", "foreign"}
    return dict(json.loads(said))


def _run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("attempt", _ALLOWED)
def test_a_confined_process_can(attempt: str, outcomes: dict[str, str]) -> None:
    assert outcomes[attempt] == "done"


@pytest.mark.parametrize("attempt", _REFUSED)
def test_a_confined_process_cannot(attempt: str, outcomes: dict[str, str]) -> None:
    assert outcomes[attempt] == "PermissionError"


def test_threads_that_run_already_are_not_left_outside() -> None:
    said = _run(
        _BARE
        + """
import threading
over = threading.Event()
threading.Thread(target=over.wait).start()
try:
    confine([], Limits(), 0)
except Unconfined as fault:
    print(fault)
over.set()
"""
    )
    assert "2 threads already run" in said


def test_older_kernels_bind_files_too(tmp_path: Path) -> None:
    (tmp_path / "foreign").touch()
    older = """
from diban.intake.sandbox import landlock
for version in (1, 2, 3, 4, 5, 6):
    if landlock.version() >= version and (child := os.fork()) == 0:
        landlock.version = lambda: version
        try:
            confine([], Limits(), 0)
            open(sys.argv[1])
        except PermissionError:
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0, version
print("bound")
"""
    assert "bound" in _run(_BARE + "import os" + older, str(tmp_path / "foreign"))


def test_this_machine_can_confine() -> None:
    available = sandbox_available()
    assert available.well, available.words
    assert "Landlock" in available.words.en


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_jump_of_the_filter_stays_inside(machine: str) -> None:
    steps = program(machine, 1)
    assert len(steps) < 4096
    for place, step in enumerate(steps):
        assert place + 1 + max(step.then, step.otherwise) < len(steps) or step.code == 0x06


def test_an_unknown_processor_is_not_guessed() -> None:
    with pytest.raises(LookupError, match="riscv64"):
        program("riscv64", 1)
