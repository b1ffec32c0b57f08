"""Open attribute (开放属性) towards the public."""

from diban.catalogue.titled import Titled


class Opening(Titled):
    """Whether the public edition may hold it."""

    OPEN = "open", "无条件开放", "open"
    CONDITIONAL = "conditional", "有条件开放", "open on conditions"
    CLOSED = "closed", "不予开放", "not open"
