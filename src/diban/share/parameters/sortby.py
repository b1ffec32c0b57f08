"""``sortby``: the order of features, ``+field`` or ``-field`` (Features Part 8 draft)."""

from __future__ import annotations

from diban.base import Order
from diban.ground import Schema, Text, TooLarge
from diban.share.parameters.parameter import Parameter

MOST = 4
SORTBY = Parameter(
    "sortby",
    Text(zh="排序字段，前加 - 为降序", en="fields to sort by, descending behind -"),
    {"type": "array", "items": {"type": "string"}, "maxItems": MOST},
)


def parse_sortby(text: str | None, schema: Schema) -> tuple[Order, ...]:
    """The order asked for; by feature number when the parameter is absent."""
    terms = [] if not text else text.split(",")
    if len(terms) > MOST:
        raise TooLarge(Text(zh="排序字段过多", en="too many fields to sort by"), field="sortby", limit=MOST)
    return tuple(_order(term, schema) for term in terms)


def _order(term: str, schema: Schema) -> Order:
    # "+" arrives as a blank when it was not escaped.
    name = term[1:] if term.startswith(("+", "-", " ")) else term
    return Order(schema.field(name).name, descending=term.startswith("-"))
