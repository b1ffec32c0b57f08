"""The tutorial holds: its commands are run in an empty folder, and print what it shows."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.console import Typed, not_shown, run_all, typed_in
from tests.needs import absent

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
PORT = "8000"
SECONDS = 240
"""A minute on a machine of its own; more where others work too."""


@pytest.mark.timeout(SECONDS + 30)
def test_the_tutorial(tmp_path: Path) -> None:
    for program in ("curl", "ogrinfo"):
        if shutil.which(program) is None:
            absent(program, "`make system` installs it")
    port = free_port()
    commands = [on_port(typed, port) for typed in typed_in(TUTORIAL)]
    assert len(commands) <= 15
    printed = run_all(commands, tmp_path, environment(tmp_path), SECONDS)
    missing = {typed.command: not_shown(typed, printed[typed.command]) for typed in commands}
    assert {command: (line, printed[command]) for command, line in missing.items() if line} == {}
    assert (tmp_path / "city" / "audit" / "head.json").is_file()


def environment(home: Path) -> dict[str, str]:
    """What a reader's shell has, and nothing of ours: no home folder named, no proxy."""
    programs = [str(Path(sys.executable).parent), os.environ["PATH"]]
    return {
        "PATH": os.pathsep.join(programs),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "110",
    }


def on_port(typed: Typed, port: int) -> Typed:
    """The same with a free port, since the document's may be taken."""
    return replace(typed, command=typed.command.replace(PORT, str(port)))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
