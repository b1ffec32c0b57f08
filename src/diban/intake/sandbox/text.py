"""Text from outside becomes UTF-8 or nothing: some programs leave GBK where UTF-8 is prescribed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def readable(column: pa.StringArray) -> tuple[pa.StringArray, list[int]]:
    """The column, null where its bytes are no UTF-8, and the indices of these.

    The encoding is never guessed. `pyarrow.ArrowInvalid` when the column does not even hold together.
    """
    raw = pa.Array.from_buffers(pa.binary(), len(column), column.buffers(), column.null_count, column.offset)
    raw.validate(full=True)
    values: list[str | None] = []
    unreadable = []
    for row, value in enumerate(raw.to_pylist()):  # only for a batch that is known to hold such text
        try:
            values.append(None if value is None else value.decode("utf-8"))
        except UnicodeDecodeError:
            values.append(None)
            unreadable.append(row)
    return pa.array(values, pa.string()), unreadable


def with_nul(column: pa.StringArray) -> list[int]:
    """Indices of the values that hold U+0000."""
    _, _, data = column.buffers()
    if data is None or not data.size or np.frombuffer(data, np.uint8).min():
        return []
    return list(pc.indices_nonzero(pc.match_substring(column, "\0").fill_null(False)).to_pylist())
