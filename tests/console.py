"""Commands in documents, run as a reader would type them: blocks marked ``console``.

A line that begins with ``$`` is typed, the lines after it are what it prints: each must be found in
the output, in this order, however its blanks and line breaks fall; ``…`` stands for anything. A
command ends with 0, unless a comment on its line says ``# exits with N``.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXITS = re.compile(r"# exits with (\d+)$")


@dataclass
class Typed:
    """A command as it is typed, what it prints and how it ends."""

    command: str
    shown: list[str] = field(default_factory=list)

    @property
    def exits(self) -> int:
        """The exit status that the document promises."""
        found = _EXITS.search(self.command)
        return int(found[1]) if found else 0


def typed_in(document: Path) -> Iterator[Typed]:
    """The commands of a document, in order."""
    for block in _BLOCK.findall(document.read_text(encoding="utf-8")):
        commands: list[Typed] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append(Typed(line[2:]))
            else:
                commands[-1].shown.append(line)
        yield from commands


def run_all(
    commands: list[Typed], folder: Path, environment: dict[str, str], seconds: float
) -> dict[str, str]:
    """Type the commands into one shell; what each printed. Fails with the first that ends otherwise.

    Whatever the shell left running when it ends is stopped.
    """
    script = ["trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for number, typed in enumerate(commands):
        script += [
            f"{{ {typed.command}\n}} > {number}.out 2>&1",
            f"[ $? = {typed.exits} ] || {{ echo {number}; exit 1; }}",
        ]
    ended = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", "\n".join(script)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if ended.returncode:
        number = int(ended.stdout)
        said = (folder / f"{number}.out").read_text(encoding="utf-8")
        raise AssertionError(f"{commands[number].command}\n{said}")
    return {
        typed.command: (folder / f"{number}.out").read_text(encoding="utf-8")
        for number, typed in enumerate(commands)
    }


def not_shown(typed: Typed, printed: str) -> str | None:
    """The first line that the document shows and the command did not print; None when all are there."""
    rest = _folded(printed)
    for line in typed.shown:
        wanted = ".*?".join(re.escape(_folded(part)) for part in line.split("…"))
        found = re.search(wanted, rest, re.DOTALL)
        if found is None:
            return line
        rest = rest[found.end() :]
    return None


def _folded(text: str) -> str:
    return " ".join(text.split())
