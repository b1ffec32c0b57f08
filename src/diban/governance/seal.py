"""The one sealer: gives committed audit lines their place in the chain, soon after their commit.

Lines are ordered when they are sealed, not when they are written, so a long act never blocks another.
Any process may seal; the row of the store's counter ``audit.sealed`` lets one at a time, on either
engine. A sealer first makes sure that the chain still ends where the exported head said it did:
it never grows a chain whose tail was cut.
"""

from __future__ import annotations

import sqlalchemy as sa

from diban.governance.chain import GENESIS, LINE, digest_of, link
from diban.governance.head import Head, HeadFile
from diban.governance.ledger_tables import audit_head, audit_line
from diban.governance.signing import Signer
from diban.ground import Damaged, Text, micros, now
from diban.store import Database, Unit, advance, reading, unit

BATCH = 500
CHECKPOINT = 1000
"""Every so many positions a signed head is kept in the database, to say where a chain was rewritten."""
SEALED = "audit.sealed"


def seal_pending(database: Database, signer: Signer, heads: HeadFile) -> int:
    """Seal every committed line that has no place yet, sign and export the head; how many were sealed.

    Call it at least once a second; it costs one short read when there is nothing to do. `Damaged`
    when the chain no longer continues the exported head: nothing is sealed until that is resolved.
    """
    if not _behind(database, heads.read()):
        return 0
    sealed, count = 0, BATCH
    while count == BATCH:
        with unit(database) as act:
            count, head = _seal_batch(act, signer, heads)
        sealed += count
    heads.advance(head)
    return sealed


def tail_of(connection: sa.Connection) -> tuple[int, str]:
    """Position and hash of the last sealed line; (0, `GENESIS`) before the first."""
    last = sa.select(audit_line.c.position, audit_line.c.hash).where(audit_line.c.position.is_not(None))
    row = connection.execute(last.order_by(audit_line.c.position.desc()).limit(1)).first()
    return (0, GENESIS) if row is None else (row.position, row.hash)


def _behind(database: Database, exported: Head | None) -> bool:
    with reading(database) as connection:
        waiting = sa.select(audit_line.c.id).where(audit_line.c.position.is_(None)).limit(1)
        if connection.execute(waiting).first() is not None:
            return True
        return tail_of(connection)[0] != (exported.position if exported else 0)


def _seal_batch(act: Unit, signer: Signer, heads: HeadFile) -> tuple[int, Head]:
    """Seal up to `BATCH` lines in this transaction; how many, and the head that is then true."""
    connection = act.connection
    counted = advance(connection, SEALED, 0)  # holds the counter's row: sealers follow one another
    first, previous = tail_of(connection)
    _check_untouched(connection, counted, first, heads.read())
    waiting = (
        sa.select(*LINE).where(audit_line.c.position.is_(None)).order_by(audit_line.c.at, audit_line.c.id)
    )
    position, seals = first, []
    for row in connection.execute(waiting.limit(BATCH)):  # each hash needs the one before
        position, digest = position + 1, digest_of(row)
        hashed = link(position, previous, digest)
        seals.append({"line": row.id, "n": position, "prev": previous, "dig": digest, "now": hashed})
        previous = hashed
    head = Head.signed(signer, position, previous, now())
    if seals:
        connection.execute(_PLACE, seals)
        advance(connection, SEALED, len(seals))
    if first // CHECKPOINT != position // CHECKPOINT:
        _keep_checkpoint(connection, head)
    return len(seals), head


_PLACE = (
    sa.update(audit_line)
    .where(audit_line.c.id == sa.bindparam("line"))
    .values(
        position=sa.bindparam("n"),
        previous=sa.bindparam("prev"),
        digest=sa.bindparam("dig"),
        hash=sa.bindparam("now"),
    )
)


def _check_untouched(connection: sa.Connection, counted: int, last: int, exported: Head | None) -> None:
    held = GENESIS
    if exported is not None:
        asked = sa.select(audit_line.c.hash).where(audit_line.c.position == exported.position)
        held = connection.execute(asked).scalar() or ""
    if counted != last or (exported is not None and held != exported.hash):
        raise Damaged(
            Text(zh="审计链与已导出的链头不符，暂停封存", en="the audit chain does not continue its head"),
            field="audit",
            limit=exported.position if exported else counted,
            remedy=Text(zh="运行 diban audit verify 查明", en="run diban audit verify"),
        )


def _keep_checkpoint(connection: sa.Connection, head: Head) -> None:
    connection.execute(
        sa.insert(audit_head).values(
            position=head.position,
            hash=head.hash,
            at=micros(head.at),
            key=head.key,
            signature=head.signature,
        )
    )
