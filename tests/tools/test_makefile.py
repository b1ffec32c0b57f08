"""Every command that `make help` promises exists, and the scripts behind them are sound shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISED = {
    "demo",
    "demo-check",
    "test",
    "check",
    "battery",
    "bench",
    "reference",
    "system",
    "venv",
    "portal",
    "format",
    "clean",
}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_lists_commands_that_exist() -> None:
    listed = {line.split()[1] for line in run("make").stdout.splitlines()}
    assert listed >= PROMISED
    for command in sorted(listed):
        assert run("make", "--dry-run", command).returncode == 0, command


def test_bench_runs_every_benchmark() -> None:
    programs = {
        "bench" if path.stem == "__main__" else f"bench.{path.stem}"
        for path in (ROOT / "bench").glob("*.py")
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    ran = run("make", "--dry-run", "bench").stdout.splitlines()
    assert {line.partition(" -m ")[2] for line in ran if " -m bench" in line} == programs


@pytest.mark.parametrize(
    "script", [".ci/run", *(f"tools/setup/{name}.sh" for name in ("apt", "portal", "system", "venv"))]
)
def test_scripts_are_sound(script: str) -> None:
    assert run("bash", "-n", script).stderr == ""
