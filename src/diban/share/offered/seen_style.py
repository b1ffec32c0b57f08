"""A layer's style as one asker may see it: nothing in it tells of what is hidden from them."""

from __future__ import annotations

from diban.catalogue import ByValue, Style
from diban.ground import LayerScope, Schema
from diban.share.offered.holdings import whole


def seen_style(style: Style, schema: Schema, limits: LayerScope) -> Style:
    """The style without what goes by fields that are hidden, masked or gone: one colour, no label.

    Values that stand in no code list were read from rows: who does not see every row gets one colour.
    """
    names = schema.names()
    colouring, label = style.colouring, style.label
    if colouring is not None:
        listed = not isinstance(colouring, ByValue) or _listed(colouring, schema)
        shown = colouring.field in names and limits.plain(colouring.field)
        if not shown or not (listed or whole(limits)):
            style = style.plain()
    if label is not None and not (label.field in names and limits.shows(label.field)):
        style = style.unlabelled()
    return style


def _listed(colouring: ByValue, schema: Schema) -> bool:
    """Whether each value is one of the declared codes, or a boolean."""
    declared = {
        code.value for field in schema.fields if field.name == colouring.field for code in field.codes
    }
    return {one.value for one in colouring.values} <= (declared | {"true", "false"})
