"""The developer's guide holds: its requests to the served demonstration are answered as it shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.console import not_shown, run_all, typed_in
from tests.needs import absent
from tests.served import Served

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "developer.md"
ADDRESS = "http://127.0.0.1:8000"
SECONDS = 100


def test_the_requests_of_the_guide_are_answered_as_shown(demo: Served, tmp_path: Path) -> None:
    for program in ("curl", "ogrinfo"):
        if shutil.which(program) is None:
            absent(program, "`make system` installs it")
    commands = [replace(typed, command=typed.command.replace(ADDRESS, demo.url)) for typed in typed_in(GUIDE)]
    assert sum(bool(typed.shown) for typed in commands) > 5
    printed = run_all(commands, tmp_path, environment(demo), SECONDS)
    missing = {typed.command: not_shown(typed, printed[typed.command]) for typed in commands}
    assert {command: (line, printed[command]) for command, line in missing.items() if line} == {}


def test_the_programs_of_the_guide_run(demo: Served) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert blocks
    for block in blocks:
        subprocess.run(
            [sys.executable, "-c", block.replace(ADDRESS, demo.url)],
            env=environment(demo),
            check=True,
            timeout=SECONDS,
        )


def environment(demo: Served) -> dict[str, str]:
    """What a shell has, with the demonstration as its installation."""
    programs = [str(Path(sys.executable).parent), os.environ["PATH"]]
    return {
        "PATH": os.pathsep.join(programs),
        "LANG": "C.UTF-8",
        "DIBAN_HOME": str(demo.home),
    }
