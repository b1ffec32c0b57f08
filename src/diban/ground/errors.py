"""The one tree of errors.

::

    Fault                      something a caller can act on
    ├── Invalid                a request or a file breaks a stated rule
    │   └── TooLarge           … a stated limit
    ├── Unauthenticated        nobody has said who is asking
    ├── Denied                 who is asking may not do this
    ├── Missing                it does not exist, or may not be known to exist
    ├── Conflict               computed on a state that is no longer the latest
    │   ├── IllegalMove        a life cycle does not know this step
    │   └── TakenOver          the work was cancelled, or another process does it
    ├── Unsafe                 an upload cannot be opened safely
    ├── Unavailable            try again
    │   ├── StorageFull        … when space was made
    │   └── OutcomeUnknown     … with the same idempotency key: it may have happened
    └── Damaged                stored bytes no longer are what was stored

A `Fault` names the thing, the limit and the remedy, in both languages. Bad data in a delivery is
never a `Fault` but a finding. Errors of drivers are translated once, in each adapter. One table in
`diban.share` maps the tree to HTTP (RFC 9457), one in `diban.app` to exit codes.
"""

from __future__ import annotations

from diban.ground.text import Text


class Fault(Exception):
    """Something a caller can act on: what is wrong, with which field, against which limit, what helps."""

    code = "fault"

    def __init__(
        self,
        message: Text,
        *,
        field: str | None = None,
        limit: str | int | float | None = None,
        remedy: Text | None = None,
    ) -> None:
        super().__init__(message.en)
        self.message = message
        self.field = field
        self.limit = limit
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [str(self.message)]
        if self.field is not None:
            parts.append(f"[{self.field}]")
        if self.limit is not None:
            parts.append(f"(limit {self.limit})")
        if self.remedy is not None:
            parts.append(f"→ {self.remedy}")
        return " ".join(parts)


class Invalid(Fault):
    """A request or a file breaks a stated rule."""

    code = "invalid"


class TooLarge(Invalid):
    """A stated limit is exceeded; `limit` carries it."""

    code = "too-large"


class Unauthenticated(Fault):
    """Nobody has said who is asking, or what they said does not hold."""

    code = "unauthenticated"


class Denied(Fault):
    """Who is asking is known and may not do this."""

    code = "denied"


class Missing(Fault):
    """It does not exist, or the asker may not know that it does."""

    code = "missing"


class Conflict(Fault):
    """Computed on a state that is no longer the latest; compute again on the present one."""

    code = "conflict"


class IllegalMove(Conflict):
    """A life cycle does not know this step from where it stands."""

    code = "illegal-move"


class TakenOver(Conflict):
    """The work was cancelled, or another process does it now: to be left alone here, not repeated."""

    code = "taken-over"


class Unsafe(Fault):
    """An upload cannot be opened safely; its bytes are kept, it is not read."""

    code = "unsafe"


class Unavailable(Fault):
    """Try again: a part that is needed does not answer."""

    code = "unavailable"


class StorageFull(Unavailable):
    """No space left: reads go on, writes are refused until space was made."""

    code = "storage-full"


class OutcomeUnknown(Unavailable):
    """The commit was not confirmed: repeat with the same idempotency key."""

    code = "outcome-unknown"


class Damaged(Fault):
    """Stored bytes no longer are what was stored."""

    code = "damaged"
