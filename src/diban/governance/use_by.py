"""What the record of use can be summed by."""

from __future__ import annotations

from diban.catalogue import Titled


class UseBy(Titled):
    """One line of the sums stands for each of these."""

    DAY = "day", "按日", "by day"
    RESOURCE = "resource", "按资源", "by resource"
    PARTY = "party", "按机构", "by party"
    BLOCK = "block", "按服务", "by service"
    KEY = "key", "按密钥", "by key"
    STATUS = "status", "按状态码", "by status"
