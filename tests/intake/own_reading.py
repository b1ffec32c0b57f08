"""``python -m tests.intake.own_reading FILE``: a file read by the project's own reader, without a sandbox.

It prints the seconds from opening to the last row, without those in which the process starts.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from diban.intake.formats.reader import Remarks, Wanted
from diban.intake.formats.registry import choose
from diban.intake.formats.scratch import FILES, Scratch
from diban.intake.sandbox.limits import Limits


def main() -> None:
    """Read, print the seconds."""
    path = Path(sys.argv[1])
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        files = [held.enter_context((folder / str(number)).open("xb")) for number in range(FILES)]
        scratch = Scratch([(file.fileno(), Path(file.name)) for file in files])
        begun = time.perf_counter()
        wanted = Wanted(scratch=scratch)
        if path.suffix == ".csv":
            wanted = Wanted(shape="wkt", scratch=scratch)
        for _ in held.enter_context(choose(path).open(path, wanted, Limits(), Remarks())).batches:
            pass
        sys.stdout.write(f"{time.perf_counter() - begun}\n")


if __name__ == "__main__":
    main()
