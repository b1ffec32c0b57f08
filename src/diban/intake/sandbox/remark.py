"""What a reader met on the way and kept going: told to people, not a reason to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from diban.ground import Text
from diban.intake.formats.reader import NUL


@dataclass(frozen=True, slots=True)
class Remark:
    """One kind of thing: its code, words, how often it was met and (some of) the rows, 1-based."""

    code: str
    message: Text
    count: int
    rows: tuple[int, ...]

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """From what the child said; an unknown code is shown as a message of GDAL."""
        code, detail = str(said["code"]), str(said["detail"])
        zh, en = _WORDS.get(code, _WORDS["gdal"])
        message = Text(zh=zh.format(detail), en=en.format(detail))
        return cls(code, message, int(said["count"]), tuple(int(row) for row in said["rows"]))

    @property
    def spoils(self) -> bool:
        """Whether what was read is not what was sent, so that it must not land."""
        return self.code == NUL

    @property
    def remedy(self) -> Text:
        """What the sender can do about it."""
        if self.code == NUL:
            return Text(
                zh="从这些值中去掉 U+0000 后重新提交", en="remove U+0000 from these values and deliver again"
            )
        return Text(zh="在原软件中核实后重新导出", en="look it up in the original software and export again")


_WORDS: dict[str, tuple[str, str]] = {
    "gdal": ("读取程序提示：{}", "the reading library says: {}"),
    "column-renamed": ("列名与系统列冲突，已改名：{}", "a column name is reserved and was changed: {}"),
    "geometry-unreadable": (
        "几何的二进制内容无法解析，按缺失处理",
        "the geometry's bytes make no geometry; taken as absent",
    ),
    "geometry-unsupported": (
        "几何含曲线或不支持的类型，按缺失处理",
        "the geometry has curves or another unsupported type; taken as absent",
    ),
    "text-unreadable": (
        "列“{}”的文本不是 UTF-8，按缺失处理",
        "text of column {!r} is not UTF-8; taken as absent",
    ),
    NUL: (
        "文本含有字符 U+0000，无法完整读取和存储：{}",
        "text holds the character U+0000, which can neither be read whole nor stored: {}",
    ),
    "number-inexact": (
        "列“{}”的数值超出双精度可精确表示的范围，末位可能已丢失；编码请用文本",
        "column {!r} has numbers beyond what a double holds exactly; deliver codes as text",
    ),
}
