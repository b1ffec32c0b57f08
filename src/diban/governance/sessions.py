"""Sessions: who has logged in, for how long."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

import sqlalchemy as sa

from diban.governance.accounts import Accounts
from diban.governance.asker import Asker, Via
from diban.governance.last_use import touch_due
from diban.governance.party_tables import session
from diban.ground import AccountId, Text, Unauthenticated, micros, new_id, now
from diban.store import Unit

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_MICROSECOND = timedelta(microseconds=1)


def open_session(unit: Unit, account_id: AccountId) -> str:
    """Begin a session and answer its token, 256 random bits of which only the SHA-256 is kept."""
    token, moment = secrets.token_urlsafe(32), micros(now())
    unit.connection.execute(
        sa.insert(session).values(
            id=new_id("session"),
            digest=_digest(token),
            account=account_id,
            until=moment + LONGEST // _MICROSECOND,
            last_used=moment,
        )
    )
    return token


def authenticate_session(connection: sa.Connection, token: str, request: str) -> Asker:
    """Who holds this token; `Unauthenticated` when ended, idle for 30 minutes or 12 hours old."""
    moment = micros(now())
    row = connection.execute(
        sa.select(session).where(
            session.c.digest == _digest(token),
            session.c.revoked_at.is_(None),
            session.c.until > moment,
            session.c.last_used > moment - IDLE // _MICROSECOND,
        )
    ).first()
    if row is None:
        raise Unauthenticated(
            Text(zh="会话不存在或已结束", en="the session does not exist or has ended"),
            field="session",
            limit=str(IDLE),
            remedy=Text(zh="重新登录", en="log in again"),
        )
    due = touch_due(row.last_used, moment)
    return Accounts().asker(
        connection, AccountId(row.account), Via.SESSION, request, credential=row.id, touch_due=due
    )


def close_session(unit: Unit, session_id: str) -> None:
    """End a session for good; ending it again changes nothing."""
    mine = sa.and_(session.c.id == session_id, session.c.revoked_at.is_(None))
    unit.connection.execute(sa.update(session).where(mine).values(revoked_at=micros(now())))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
