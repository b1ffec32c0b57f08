"""The lines that a resource's page offers run as they are pasted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.needs import absent
from tests.served import Served

SECONDS = 60
RUNS = {
    "curl": ["bash", "-c"],
    "Python": [sys.executable, "-c"],
    "JavaScript": ["node", "--input-type=module", "--eval"],
}


@pytest.mark.parametrize("tool", list(RUNS))
def test_a_snippet_runs(chromium: Browser, server: Served, tool: str) -> None:
    program, *options = RUNS[tool]
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = shutil.which(program, path=search)
    if found is None:
        absent(program, "the portal is built with it")
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{server.url}/resources/buildings")
        service = page.locator(".service").first
        service.get_by_role("button", name=tool, exact=True).click()
        lines = service.locator(".line.block code").inner_text()
    ended = subprocess.run(
        [found, *options, lines], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert ended.returncode == 0, (lines, ended.stderr)
    assert ("numberReturned" if tool == "curl" else "10 features") in ended.stdout
