"""The client's page holds: its cells run one after the other and print what stands below them."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from tests.console import Typed, not_shown
from tests.journey.test_guides import ADDRESS, SECONDS, environment
from tests.served import Served

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "\x1eend of cell\x1e"


def test_the_cells_of_the_page_print_what_it_shows(demo: Served, tmp_path: Path) -> None:
    blocks = [(match[1], match[2]) for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]
    cells = [text for kind, text in blocks if kind == "python"]
    shown = [
        Typed(text, after.splitlines() if below == "text" else [])
        for (kind, text), (below, after) in pairwise([*blocks, ("", "")])
        if kind == "python"
    ]
    assert sum(bool(cell.shown) for cell in shown) >= 10
    program = "".join(f"{cell}\nprint({END!r})\n" for cell in cells).replace(ADDRESS, demo.url)
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**environment(demo), "DIBAN_KEY": key_of(demo), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    printed = ended.stdout.split(END)
    missing = {cell.command: not_shown(cell, out) for cell, out in zip(shown, printed, strict=False)}
    assert {cell: line for cell, line in missing.items() if line} == {}, ended.stdout


def key_of(demo: Served) -> str:
    """A key as a steward issues it."""
    command = [sys.executable, "-m", "diban.app.main", "user", "key", "--as", "housing.steward"]
    ended = subprocess.run(
        [*command, "--purpose", "notebook"],
        env=environment(demo),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return "".join(ended.stdout.split())
