"""How each request to administration begins: what it gives, and who asks."""

from __future__ import annotations

from fastapi import Request

from diban.governance import Asker, Permission, may
from diban.share.http.asking import Asking
from diban.share.parameters.given import given_parameters
from diban.share.parameters.parameter import Parameter


def begin(request: Request, block: str, asking: Asking, *known: Parameter) -> tuple[Asker, dict[str, str]]:
    """The asker's account and the request's parameters; nobody is `Unauthenticated`."""
    request.state.block = block
    given = given_parameters(request, *known)
    return asking.account(request), given


def may_any(asker: Asker, *permissions: Permission) -> None:
    """Pass with any of these permissions, or raise `Denied` for the first."""
    if not any(asker.allowed(permission) for permission in permissions):
        may(asker, permissions[0])
