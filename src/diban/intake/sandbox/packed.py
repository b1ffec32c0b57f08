"""Whether the buffers of an Arrow record batch are compressed: nothing that a child sends may swell here.

Arrow's columnar format, Message.fbs: a message's first field is its version, the third its header, the
fifth metadata of one's own; a batch's fourth field is its compression. Versions before V5 may say in that
metadata that they are compressed, so neither is taken.
"""

from __future__ import annotations

import struct

import pyarrow as pa

_VERSION, _HEADER, _METADATA, _COMPRESSION = 0, 2, 4, 3
_V5 = 4


def is_packed(batch: pa.Buffer) -> bool:
    """Whether this message, a batch as it is serialised, has compressed buffers, or may have.

    `ValueError` for what is no message.
    """
    held = memoryview(pa.ipc.read_message(batch).metadata)
    try:
        (message,) = struct.unpack_from("<I", held, 0)
        version, header = _field(held, message, _VERSION), _field(held, message, _HEADER)
        if version is None or struct.unpack_from("<h", held, version)[0] != _V5:
            return True
        if _field(held, message, _METADATA) is not None:
            return True
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
