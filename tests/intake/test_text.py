"""Text from a process that is not believed."""

from __future__ import annotations

import pyarrow as pa

from diban.intake.sandbox.text import with_nul


def test_nul_is_found_and_nothing_else() -> None:
    assert with_nul(pa.array(["a", "楼\0", None, "", "\0"])) == [1, 4]
    assert with_nul(pa.array(["楼", None, ""])) == []
    assert with_nul(pa.array([""])) == []
