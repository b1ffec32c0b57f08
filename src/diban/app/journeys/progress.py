"""How a journey says how far it is: the step's name, what is done, out of how much (if known)."""

from __future__ import annotations

from collections.abc import Callable

from diban.ground import Text

Progress = Callable[[str, int, int | None], None]

STEPS = {
    "receive": Text(zh="接收（字节）", en="received (bytes)"),
    "check": Text(zh="读取并质检", en="read and checked"),
    "compare": Text(zh="比对", en="compared"),
    "draw": Text(zh="绘制瓦片", en="tiles drawn"),
    "erase": Text(zh="清除", en="erased"),
    "index": Text(zh="编入检索", en="indexed"),
    "land": Text(zh="入库", en="landed"),
}
"""The steps in words."""


def silent(_step: str, _done: int, _total: int | None) -> None:
    """Say nothing."""
