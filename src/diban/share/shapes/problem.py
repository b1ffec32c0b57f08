"""Why a request is not answered (RFC 9457)."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from diban.share.shapes.told import told


@told
class Problem(TypedDict):
    """What is wrong, with which field, against which limit, and what helps."""

    type: str
    """``urn:diban:problem:`` and the code of the fault."""
    title: str
    status: int
    detail: str
    request_id: str
    """By which the operator finds the request in the log."""
    field: NotRequired[str]
    limit: NotRequired[str | int | float]
    remedy: NotRequired[str]
