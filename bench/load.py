"""Load on a server: wrk asks for given addresses one after the other, over several connections.

wrk, from Debian's package: autocannon takes a core of its own at some thousand answers of 20 kB a second.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
local asked, at, made = {}, 0, 0
function setup(thread)
  thread:set("place", made)
  made = made + 1
end
function init(args)
  local headers = {}
  for line in io.lines(args[2]) do
    local name, value = line:match("^(.-): (.*)$")
    headers[name] = value
  end
  for path in io.lines(args[1]) do
    asked[#asked + 1] = wrk.format("GET", path, headers)
  end
  at = math.floor(place / tonumber(args[3]) * #asked)
end
function request()
  at = at % #asked + 1
  return asked[at]
end
"""
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_DEBIAN = ("wrk", "libluajit-5.1-2", "libluajit-5.1-common")


@dataclass(frozen=True, slots=True)
class Load:
    """Answers a second, and the milliseconds of half of them."""

    rate: float
    p50: float


class Wrk:
    """The load generator, unpacked into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "usr/bin/wrk").exists():
            subprocess.run(["apt-get", "download", *_DEBIAN], cwd=folder, check=True, capture_output=True)
            for package in folder.glob("*.deb"):
                subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)
        (folder / "ask.lua").write_text(_SCRIPT)

    def ask(
        self,
        address: str,
        paths: Sequence[str],
        headers: Mapping[str, str],
        seconds: float,
        connections: int = 4,
        threads: int = 1,
    ) -> Load:
        """Ask for the paths, in turn, for so long; raises when an answer was refused.

        Each thread goes through all paths by itself, with its part of the connections.
        """
        listed, said = self._folder / "paths", self._folder / "headers"
        listed.write_text("\n".join(paths) + "\n")
        said.write_text("".join(f"{name}: {value}\n" for name, value in headers.items()))
        libraries = next(self._folder.glob("usr/lib/*/libluajit-5.1.so.2")).parent
        command = [str(self._folder / "usr/bin/wrk"), f"-t{threads}", f"-c{connections}", f"-d{seconds:.0f}s"]
        command += ["--latency", "--timeout", "30s", "-s", str(self._folder / "ask.lua"), address]
        env = {**os.environ, "LD_LIBRARY_PATH": str(libraries)}
        done = subprocess.run(
            [*command, "--", str(listed), str(said), str(threads)],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        return _told(done.stdout)


def _told(output: str) -> Load:
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p50 = re.search(r"50%\s+([\d.]+)(us|ms|s)", output)
    assert rate is not None, output
    assert p50 is not None, output
    return Load(float(rate[1]), float(p50[1]) * _UNITS[p50[2]])
