"""What the audit chain hashes, written so that an auditor can recompute it with any SM3 (GB/T 32905).

The digest of a line is the SM3 of its eight fields in the order of `FIELDS`, each as a four-byte
little-endian length and its UTF-8 bytes (the instant as decimal microseconds). The hash at
position n is the SM3 of the text ``n:previous:digest``, where ``previous`` is the hash at n − 1 and
`GENESIS` at the first. Hashes are 64 lower-case hexadecimal digits.
"""

from __future__ import annotations

import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes

from diban.governance.ledger_tables import audit_line

FIELDS = ("id", "at", "actor", "party", "act", "subject", "detail", "request_id")
GENESIS = "0" * 64
LINE = [audit_line.c[name] for name in FIELDS]


def sm3(message: bytes) -> str:
    """SM3 as 64 hexadecimal digits; needs an OpenSSL with SM3, as every wheel of cryptography has."""
    hasher = hashes.Hash(hashes.SM3())
    hasher.update(message)
    return hasher.finalize().hex()


def digest_of(row: sa.Row[tuple[object, ...]]) -> str:
    """The digest of a line as it stands in the database."""
    fields = [str(row._mapping[name]).encode() for name in FIELDS]
    return sm3(b"".join(len(field).to_bytes(4, "little") + field for field in fields))


def link(position: int, previous: str, digest: str) -> str:
    """The hash that binds a line to its position and to everything before it."""
    return sm3(f"{position}:{previous}:{digest}".encode())
