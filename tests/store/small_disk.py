"""A disk of two megabytes, in memory, that only one process sees and that is gone with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.needs import absent

MOUNT = 'mount -t tmpfs -o size=2m tmpfs "$0"'
SEPARATE = ["unshare", "--map-root-user", "--mount", "sh", "-c"]


def on_a_small_disk(function: str, folder: Path) -> str:
    """What ``tests.store.elsewhere.<function>(folder)`` says when ``folder`` is such a disk."""
    tried = subprocess.run([*SEPARATE, MOUNT, str(folder)], capture_output=True, text=True, check=False)
    if tried.returncode:
        absent(f"the right to mount a disk of one's own ({tried.stderr.strip()})", "allow user namespaces")
    code = f"from tests.store import elsewhere; elsewhere.{function}({str(folder)!r})"
    script = f'{MOUNT} && exec "$@"'
    command = [*SEPARATE, script, str(folder), sys.executable, "-c", code]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
