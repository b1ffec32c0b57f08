"""Sharing type (共享类型) among government bodies."""

from diban.catalogue.titled import Titled


class Sharing(Titled):
    """Sharing is the rule: no default, and withholding cites the law that demands it (政务数据共享条例)."""

    UNCONDITIONAL = "unconditional", "无条件共享", "unconditional", "1"
    CONDITIONAL = "conditional", "有条件共享", "conditional", "2"
    WITHHELD = "withheld", "不予共享", "withheld", "3"
