"""A process that is ended by kill −9 in the midst of something."""

from __future__ import annotations

import subprocess
import sys


def killed_while(function: str, argument: str) -> str:
    """Run ``tests.store.elsewhere.<function>(argument)`` until it speaks, then kill it; what it said."""
    code = f"from tests.store import elsewhere; elsewhere.{function}({argument!r})"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout:
        said = child.stdout.readline().strip()
        child.kill()
    child.wait()
    return said
