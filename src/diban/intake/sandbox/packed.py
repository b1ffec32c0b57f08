"""Whether the buffers of an Arrow record batch are compressed: nothing that a child sends may swell here.

Arrow's columnar format, Message.fbs: a message's header is its third field, a batch's compression its fourth.
"""

from __future__ import annotations

import struct

import pyarrow as pa

_HEADER, _COMPRESSION = 2, 3


def is_packed(batch: pa.Buffer) -> bool:
    """Whether this message, a batch as it is serialised, has compressed buffers; `ValueError` for none."""
    held = memoryview(pa.ipc.read_message(batch).metadata)
    try:
        (message,) = struct.unpack_from("<I", held, 0)
        header = _field(held, message, _HEADER)
        if header is None:
            raise ValueError("a message without a header")
        return _field(held, header + struct.unpack_from("<I", held, header)[0], _COMPRESSION) is not None
    except struct.error as fault:
        raise ValueError("a message that ends too early") from fault


def _field(held: memoryview, table: int, number: int) -> int | None:
    """Where a field of a flatbuffers table stands; None where it is left out."""
    layout = table - struct.unpack_from("<i", held, table)[0]
    entry = 4 + 2 * number
    if layout < 0 or entry >= struct.unpack_from("<H", held, layout)[0]:
        return None
    offset: int = struct.unpack_from("<H", held, layout + entry)[0]
    return table + offset if offset else None
