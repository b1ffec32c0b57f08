"""Can this machine confine a process? Asked by trying, once, without any upload."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from diban.ground import Text
from diban.intake.sandbox.launch import Child
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.unreadable import unreadable
from diban.intake.sandbox.wire import Kind, Refusal


@dataclass(frozen=True, slots=True)
class Availability:
    """``well`` when uploads can be opened; ``words`` say what holds them, or what is lacking."""

    well: bool
    words: Text


@cache
def sandbox_available() -> Availability:
    """Whether uploads can be opened here; the answer holds for the life of this process.

    A child confines itself and then tries to read a foreign file, to write, to open a socket and
    to start a process; only when all of them are refused is the sandbox there.
    """
    limits = Limits()
    with tempfile.TemporaryDirectory() as folder:
        foreign = Path(folder) / "foreign"
        foreign.write_bytes(b"not to be read")
        with Child() as child:
            child.ask({"probe": str(foreign)}, limits)
            try:
                kind, body = child.frame()
                said = json.loads(body.to_pybytes())
                if kind is not Kind.END:
                    raise Refusal(str(said["code"]), **said["facts"])
            except Refusal as refusal:
                return Availability(False, unreadable(refusal, limits).message)
    means = f"Landlock {int(said['landlock'])}, seccomp" + (", namespaces" if said["namespaces"] else "")
    return Availability(True, Text(means, means))
