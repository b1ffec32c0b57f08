"""API keys: a program that acts for a party, for a purpose, until a day."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from diban.governance.accounts import Account, Accounts
from diban.governance.asker import Asker, Via
from diban.governance.last_use import touch_due
from diban.governance.party_closing import refuse_closed
from diban.governance.party_tables import api_key
from diban.governance.roles import Role
from diban.ground import (
    AccountId,
    Invalid,
    Missing,
    PartyId,
    Text,
    Unauthenticated,
    instant,
    micros,
    new_id,
    now,
)
from diban.store import Unit

LONGEST = timedelta(days=366)
PURPOSE_LENGTH = 500
_TEXT = re.compile(r"(dbk_[0-9a-z]{26})_([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret."""

    id: str
    account: AccountId
    party: PartyId
    purpose: str
    created_at: datetime
    until: datetime
    last_used: datetime | None
    revoked_at: datetime | None


def issue_key(unit: Unit, holder: Account, party: PartyId, purpose: str, until: datetime) -> tuple[Key, str]:
    """Make a key and its text ``dbk_<id>_<secret>``, shown this once; only its hash is kept.

    ``party`` is the holder's own, or the agency for which a developer builds.
    """
    moment = now()
    if party != holder.party and Role.DEVELOPER not in holder.roles:
        raise _unfit("party", holder.party, Text(zh="只能用于本机构", en="a key is for one's own party"))
    if not moment < until <= moment + LONGEST:
        raise _unfit("until", LONGEST.days, Text(zh="有效期至多 366 天", en="a key lasts 366 days at most"))
    if not 0 < len(purpose.strip()) <= PURPOSE_LENGTH:
        raise _unfit("purpose", PURPOSE_LENGTH, Text(zh="须写明用途", en="say what the key is for"))
    refuse_closed(unit, party)
    made, secret = new_id("dbk"), secrets.token_hex(32)
    unit.connection.execute(
        sa.insert(api_key).values(
            id=made,
            digest=_digest(secret),
            account=holder.id,
            party=party,
            purpose=purpose.strip(),
            created_at=micros(moment),
            until=micros(until),
        )
    )
    key = Key(made, holder.id, party, purpose.strip(), moment, until, None, None)
    return key, f"{made}_{secret}"


def authenticate_key(connection: sa.Connection, text: str, request: str) -> Asker:
    """Whose key this is; `Unauthenticated` when unknown, wrong, ended or revoked."""
    found, moment = _TEXT.fullmatch(text), micros(now())
    row = None
    if found is not None:
        row = connection.execute(sa.select(api_key).where(api_key.c.id == found[1])).first()
    if found is None or row is None or not hmac.compare_digest(row.digest, _digest(found[2])):
        raise _refused(Text(zh="密钥不对", en="the key is not known"))
    if row.revoked_at is not None or row.until <= moment:
        raise _refused(Text(zh="密钥已到期或被撤销", en="the key has ended or was revoked"))
    return Accounts().asker(
        connection,
        AccountId(row.account),
        Via.KEY,
        request,
        party=PartyId(row.party),
        credential=row.id,
        touch_due=touch_due(row.last_used, moment),
    )


def revoke_key(unit: Unit, key_id: str) -> None:
    """End a key for good; ending it again changes nothing, `Missing` when there is none."""
    mine = sa.update(api_key).where(api_key.c.id == key_id)
    changed = unit.connection.execute(
        mine.values(revoked_at=sa.func.coalesce(api_key.c.revoked_at, micros(now())))
    )
    if changed.rowcount == 0:
        raise Missing(Text(zh="没有这个密钥", en="there is no such key"), field="key")


def keys_of(connection: sa.Connection, *parties: PartyId) -> Sequence[Key]:
    """The keys that act for these parties, newest first."""
    return _keys(connection, api_key.c.party.in_(sorted(parties)))


def find_key(connection: sa.Connection, key_id: str) -> Key | None:
    """The key of that id, None when there is none."""
    found = _keys(connection, api_key.c.id == key_id)
    return found[0] if found else None


def _keys(connection: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Key, ...]:
    rows = connection.execute(sa.select(api_key).where(where).order_by(api_key.c.id.desc()))
    return tuple(
        Key(
            row.id,
            AccountId(row.account),
            PartyId(row.party),
            row.purpose,
            instant(row.created_at),
            instant(row.until),
            _moment(row.last_used),
            _moment(row.revoked_at),
        )
        for row in rows
    )


def _moment(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _unfit(field: str, limit: str | int, remedy: Text) -> Invalid:
    return Invalid(
        Text(zh="不能签发密钥", en="the key cannot be issued"), field=field, limit=limit, remedy=remedy
    )


def _refused(message: Text) -> Unauthenticated:
    return Unauthenticated(message, field="key", remedy=Text(zh="申请新的密钥", en="ask for a new key"))
