"""The guide to readers holds: its example reads, and it names every reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from diban.intake.formats.reader import Remarks, Wanted
from diban.intake.formats.registry import READERS
from diban.intake.sandbox.limits import Limits

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "readers.md").read_text(encoding="utf-8")


def test_the_example_of_a_reader_reads(tmp_path: Path) -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)
    path = tmp_path / "upload"
    path.write_text("LINES\n甲\n乙\n", encoding="utf-8")
    assert names["LINES"].recognises(path.read_bytes())
    with names["LINES"].open(path, Wanted(), Limits(), Remarks()) as source:
        (batch,) = source.batches
    assert (source.rows, batch.to_pydict()) == (2, {"line": ["甲", "乙"], "_row": [1, 2]})


def test_every_reader_stands_in_its_guide() -> None:
    assert [reader.name for reader in READERS if reader.name not in GUIDE] == []
