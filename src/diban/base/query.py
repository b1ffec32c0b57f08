"""What is asked of a layer, as a value: which rows, which fields, in which order, from where on."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from diban.ground import Extent, Invalid, Kind, Predicate, Text, Value

MAX_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by a field, ascending unless said; rows without a value come last either way."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One page of features of one layer at one version.

    ``bbox`` in the stored CRS keeps features that intersect at least one of its boxes; ``fields``
    None means all that may be seen. Order is by ``order``, then by feature number, so that ``after``
    (the token of the page before) continues exactly.
    """

    bbox: tuple[Extent, ...] = ()
    where: Predicate | None = None
    fields: tuple[str, ...] | None = None
    geometry: bool = True
    order: tuple[Order, ...] = ()
    limit: int = 10
    after: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_PAGE:
            raise Invalid(
                Text(zh="每页条数超出范围", en="limit is out of range"),
                field="limit",
                limit=f"1–{MAX_PAGE}",
                remedy=Text(zh="用 next 链接翻页", en="follow the next links for more"),
            )


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a query: a batch with ``_fid``, the fields and ``geometry``; a token when more follow.

    ``matched``: how many there are in all pages, where reading this one has shown it.
    """

    batch: pa.RecordBatch
    after: str | None
    matched: int | None = None


def write_token(values: list[object]) -> str:
    """A page token: the sort values and feature number of the last row; opaque to the caller."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_token(token: str, kinds: Sequence[Kind]) -> list[Value | None]:
    """Read `write_token` back, for sort fields of these kinds; `Invalid` when it is not one of this query."""
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, list) and len(values) == len(kinds) + 1:
        *sorted_by, fid = values
        fitting = all(
            value is None or _fits(value, kind) for value, kind in zip(sorted_by, kinds, strict=True)
        )
        if fitting and _fits(fid, Kind.INTEGER):
            return values
    raise Invalid(
        Text(zh="翻页标记无效", en="not a page token of this query"),
        field="after",
        remedy=Text(zh="从第一页重新开始", en="start again from the first page"),
    )


def _fits(value: object, kind: Kind) -> bool:
    """Whether a value can be one that a field's column stores; both engines would fail on others."""
    if kind is Kind.TEXT:
        return isinstance(value, str) and "\0" not in value
    if kind is Kind.FLOAT:
        return isinstance(value, float) and not math.isnan(value)
    return type(value) is int and -(2**63) <= value < 2**63
