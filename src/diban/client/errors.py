"""The one tree of the client's errors.

::

    ClientError                what went wrong, with field, limit, remedy and request id where known
    ├── Unreachable            no answer came: no network, no server, cut off, timed out
    ├── Unreadable             what answered does not speak the platform's protocol
    ├── Invalid                the request breaks a stated rule
    │   └── TooLarge           … a stated limit
    ├── Unauthenticated        the key is wrong, ended or revoked, or one is needed
    ├── Denied                 the key's party may not do this; the remedy says how to ask for it
    ├── Missing                it does not exist, or may not be known to exist
    ├── Conflict               computed on a state that is no longer the latest
    ├── Unavailable            the platform cannot answer now, also after the tries that were made
    ├── ServerFailure          an error of the platform's own; its log has the request id
    ├── Damaged                what came is not what the platform says it holds
    ├── Unfinished             the delivery goes on, but nobody wanted to wait longer
    └── MissingExtra           a package is needed that is not installed
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What an RFC 9457 problem says, in the client's language; ``status`` 0 when no answer came."""

    message: str
    status: int = 0
    code: str = ""
    field: str | None = None
    limit: str | int | float | None = None
    remedy: str | None = None
    request_id: str | None = None
    retry_after: float | None = None


class ClientError(Exception):
    """Something the caller can act on.

    ``status`` is the HTTP status, 0 without one; ``code`` the platform's name for it (see the errors of the
    reference); ``request_id`` is what its operator finds in the log.
    """

    def __init__(self, problem: Problem | str) -> None:
        told = Problem(problem) if isinstance(problem, str) else problem
        super().__init__(told.message)
        self.message, self.status, self.code = told.message, told.status, told.code
        self.field, self.limit, self.remedy = told.field, told.limit, told.remedy
        self.request_id, self.retry_after = told.request_id, told.retry_after

    def __str__(self) -> str:
        parts = [self.message]
        parts += [] if self.field is None else [f"[{self.field}]"]
        parts += [] if self.limit is None else [f"(limit {self.limit})"]
        parts += [] if self.remedy is None else [f"→ {self.remedy}"]
        parts += [] if self.request_id is None else [f"({self.request_id})"]
        return " ".join(parts)


class Unreachable(ClientError):
    """No answer came: no network, no server, cut off, timed out."""


class Unreadable(ClientError):
    """What answered does not speak the platform's protocol."""


class Invalid(ClientError):
    """The request breaks a stated rule."""


class TooLarge(Invalid):
    """A stated limit is exceeded; ``limit`` carries it."""


class Unauthenticated(ClientError):
    """The key is wrong, ended or revoked, or one is needed."""


class Denied(ClientError):
    """The key's party may not do this; the remedy says how to ask for it."""


class Missing(ClientError):
    """It does not exist, or may not be known to exist."""


class Conflict(ClientError):
    """Computed on a state that is no longer the latest."""


class Unavailable(ClientError):
    """The platform cannot answer now, also after the tries that were made."""


class ServerFailure(ClientError):
    """An error of the platform's own; its log has the request id."""


class Damaged(ClientError):
    """What came is not what the platform says it holds."""


class Unfinished(ClientError):
    """The delivery goes on, but nobody wanted to wait longer."""


class MissingExtra(ClientError):
    """A package is needed that is not installed; the remedy names the extra."""


_BY_STATUS: dict[int, type[ClientError]] = {
    401: Unauthenticated,
    403: Denied,
    404: Missing,
    408: Unavailable,
    409: Conflict,
    413: TooLarge,
    414: TooLarge,
    429: Unavailable,
    503: Unavailable,
}


def error_of(problem: Problem) -> ClientError:
    """The error that a refusal is, by its code where that is finer than its status."""
    if problem.code == "too-large":
        return TooLarge(problem)
    kind = _BY_STATUS.get(problem.status)
    if kind is None:
        kind = ServerFailure if problem.status >= 500 else Invalid if problem.status >= 400 else Unreadable
    return kind(problem)
