"""Compression of what is kept and sent compressed: once, as it is made."""

from __future__ import annotations

import zlib

PACKED_FROM = 1024
"""Bytes from which it is worth compressing."""

LEVEL = 1
"""The level of compression: 4 takes twice as long for 7 % less."""

_GZIP_FORM = 16 + zlib.MAX_WBITS


def packed(body: bytes) -> bytes:
    """The bytes in gzip (RFC 1952)."""
    packing = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP_FORM)
    return packing.compress(body) + packing.flush()


def unpacked(body: bytes) -> bytes:
    """What `packed` was given."""
    return zlib.decompress(body, _GZIP_FORM)
