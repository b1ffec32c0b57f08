"""``sortby``: the order of features, ``+field`` or ``-field`` (Features Part 8 draft)."""

from __future__ import annotations

from diban.base import Order
from diban.ground import Invalid, Schema, Text

MOST = 4


def parse_sortby(text: str | None, schema: Schema) -> tuple[Order, ...]:
    """The order asked for; by feature number when the parameter is absent."""
    terms = [] if not text else text.split(",")
    if len(terms) > MOST:
        raise Invalid(Text(zh="排序字段过多", en="too many fields to sort by"), field="sortby", limit=MOST)
    # "+" arrives as a blank when it was not escaped.
    return tuple(
        Order(schema.field(term.lstrip("+- ")).name, descending=term.startswith("-")) for term in terms
    )
