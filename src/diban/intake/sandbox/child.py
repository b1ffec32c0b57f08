"""The reading process, from its start to its end. Run by `diban.intake.sandbox.launch`, never by hand.

Libraries first, then confinement, then the file: no byte of the upload is seen before the process
has given everything up.
"""

from __future__ import annotations

import json
import os
import socket
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from diban.intake.formats.reader import Remarks, Wanted
from diban.intake.formats.registry import choose, library_folders
from diban.intake.formats.scratch import FILES, Scratch
from diban.intake.sandbox.confine import Unconfined, confine
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Kind, Outlet, Refusal


def main() -> None:
    """Do what is asked: read an upload, or prove the confinement."""
    outlet = Outlet(os.dup(1))
    os.dup2(2, 1)  # whatever a library prints must not run into the frames
    request, answers, (memory, *writable) = _asked()
    outlet.share(memory, answers)
    limits = Limits(**request["limits"])
    status = 1
    try:
        if "probe" in request:
            _prove(Path(request["probe"]), limits, outlet)
        else:
            scratch = Scratch(list(zip(writable, map(Path, request["scratch"]), strict=True)))
            _read(Path(request["path"]), Wanted(**request["wanted"], scratch=scratch), limits, outlet)
        status = 0
    except Refusal as refusal:
        outlet.say(Kind.FAILURE, {"code": refusal.code, "facts": refusal.facts})
    except Unconfined as fault:
        outlet.say(Kind.FAILURE, {"code": "unsafe", "facts": {"detail": str(fault)}})
    except MemoryError:
        outlet.say(Kind.FAILURE, {"code": "read-memory", "facts": {}})
    except BrokenPipeError:
        pass  # the parent has gone or lost interest; there is nobody left to tell
    except Exception as fault:  # noqa: BLE001 - the edge of the process: the parent gets to know all
        detail = str(fault) or type(fault).__name__
        for path in _hidden(request):
            detail = detail.replace(path, "…")
        outlet.say(Kind.FAILURE, {"code": "read-damaged", "facts": {"detail": detail}})
    # Leaving without the interpreter's farewell: no destructor of a library runs on hostile state.
    os._exit(status)


def _asked() -> tuple[dict[str, Any], int, list[int]]:
    """The one line of JSON that comes by the input, the input itself, and the descriptors: memory, files.

    The end, when nobody asks any more.
    """
    words, came = b"", []
    answers = os.dup(0)
    with socket.socket(fileno=0) as asked:
        while not words.endswith(b"\n"):
            part, descriptors, _, _ = socket.recv_fds(asked, 1 << 16, 1 + FILES)
            if not part:
                os._exit(1)
            words += part
            came += descriptors
    os.open(os.devnull, os.O_RDONLY)  # becomes the input
    request: dict[str, Any] = json.loads(words)
    return request, answers, came


def _hidden(request: dict[str, Any]) -> list[str]:
    """Paths that are nobody's business outside this machine."""
    return [path for path in (request.get("path"), *request.get("scratch", ())) if path]


def _read(path: Path, wanted: Wanted, limits: Limits, outlet: Outlet) -> None:
    size = path.stat().st_size
    remarks = Remarks(hidden=str(path))
    warnings.simplefilter("always")
    warnings.showwarning = remarks.take
    written = [path for _, path in wanted.scratch.files]
    confine([path, *written, *library_folders()], limits, size, writes=bool(written))
    reader = choose(path, wanted.asset)
    with reader.open(path, wanted, limits, remarks) as source:
        outlet.say(Kind.HEAD, source.as_json())
        outlet.schema(source.schema)
        rows = 0
        for batch in source.batches:
            outlet.batch(batch)
            rows += batch.num_rows
    outlet.say(Kind.END, {"rows": rows, "remarks": remarks.as_json()})


def _prove(foreign: Path, limits: Limits, outlet: Outlet) -> None:
    confinement = confine(library_folders(), limits, 0)
    for name, attempt in _ATTEMPTS.items():
        with suppress(PermissionError):
            attempt(foreign)
            raise Unconfined(f"a confined process could still: {name}")
    outlet.say(Kind.END, asdict(confinement))


_ATTEMPTS: dict[str, Callable[[Path], object]] = {
    "read a foreign file": lambda path: path.open("rb").close(),
    "write a file": lambda path: path.with_name("written").open("xb").close(),
    "open a socket": lambda _: socket.socket().close(),
    "start a process": lambda _: os.fork(),
}
