"""What a reader met on the way and kept going: told to people, not a reason to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from diban.ground import Text
from diban.intake.formats.reader import NUL


@dataclass(frozen=True, slots=True)
class Remark:
    """One kind of thing: its code, words, how often it was met and (some of) the rows, 1-based.

    ``severity`` is an ``error`` where rows or values did not arrive as the sender has them, so that the
    delivery cannot stand, a ``notice`` where all is well and only worth knowing, else a ``warning``.
    """

    code: str
    message: Text
    count: int
    rows: tuple[int, ...]
    severity: str

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """From what the child said; an unknown code is shown as a message of GDAL."""
        code, detail = str(said["code"]), str(said["detail"])
        zh, en = _WORDS.get(code, _WORDS["gdal"])
        message = Text(zh=zh.format(detail), en=en.format(detail))
        return cls(
            code, message, int(said["count"]), tuple(int(row) for row in said["rows"]), _severity(code)
        )

    @property
    def remedy(self) -> Text:
        """What the sender can do about it."""
        if self.code == NUL:
            return Text(
                zh="从这些值中去掉 U+0000 后重新提交", en="remove U+0000 from these values and deliver again"
            )
        return Text(zh="在原软件中核实后重新导出", en="look it up in the original software and export again")


_ERRORS = frozenset(
    {
        NUL,
        "text-not-encoded",
        "rows-ragged",
        "number-damaged",
        "encoding-unsure",
        "cells-merged",
        "cells-beyond-head",
    }
)
_NOTICES = frozenset(
    {
        "encoding-detected",
        "archive-ignored",
        "rows-deleted",
        "places-taken",
        "sheet-hidden",
        "rows-hidden",
        "formula-cached",
        "photo-unplaced",
        "raster-pages",
    }
)


def _severity(code: str) -> str:
    return "error" if code in _ERRORS else "notice" if code in _NOTICES else "warning"


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
    "column-unnamed": ("列没有名称，已命名：{}", "a column has no name and was given one: {}"),
    "column-doubled": ("列名重复，已改名：{}", "a column's name is doubled and was changed: {}"),
    "column-unsupported": (
        "列的类型不支持，未读取：{}",
        "a column's type is not supported; it was not read: {}",
    ),
    "text-cut": (
        "列“{}”的文本在末尾字符中间被截断，已去掉残缺字符",
        "text of column {!r} was cut in the middle of its last character, which was left off",
    ),
    "text-not-encoded": (
        "列“{}”的文本不符合文件编码，按缺失处理",
        "text of column {!r} does not follow the file's encoding; taken as absent",
    ),
    "number-overflow": (
        "列“{}”的数值超出列宽（***），原值已丢失",
        "column {!r} was too narrow for its numbers (***); they are lost",
    ),
    "date-unreadable": (
        "列“{}”的日期不成立，按缺失处理",
        "dates of column {!r} do not exist; taken as absent",
    ),
    "encoding-detected": (
        "文件未写明编码，按内容判断为 {}",
        "the file does not say its encoding; by its content it is {}",
    ),
    "encoding-unsure": (
        "文件未写明编码，内容太少，无法确定；暂按 {} 读取，请在映射中写明编码",
        "the file does not say its encoding and too little text to tell; read as {}: name it in the mapping",
    ),
    "encoding-contradicted": (
        "文件写明的编码与内容不符，按内容读取：{}",
        "the encoding that the file names is not that of its content, which was followed: {}",
    ),
    "rows-ragged": (
        "列数与表头不符的行未读取（{}）",
        "rows with another number of cells than the first were left out ({})",
    ),
    "number-damaged": (
        "列“{}”的长数字已被表格软件改坏（超过 15 位），原值无法恢复",
        "column {!r} has numbers of more than 15 digits that a spreadsheet has damaged already",
    ),
    "sheet-hidden": ("工作簿中有隐藏的工作表：{}", "the workbook has a hidden sheet: {}"),
    "rows-hidden": ("工作表有隐藏的行，已一并读取{}", "the sheet has hidden rows, which were read too{}"),
    "rows-above-head": ("表头上方的行未读取：{}", "a row above the head was not read: {}"),
    "cells-beyond-head": (
        "表头右侧没有列名的单元格未读取{}",
        "cells to the right of the head have no name and were not read{}",
    ),
    "cells-merged": (
        "合并单元格只有左上角有值，其余按缺失处理：{}",
        "of merged cells only the first has a value, the others are taken as absent: {}",
    ),
    "formula-cached": (
        "列 {} 含公式，采用文件中保存的结果",
        "column {} has formulas; their stored results were taken",
    ),
    "formula-empty": (
        "列 {} 的公式没有保存结果，按缺失处理",
        "formulas of column {} have no stored result; taken as absent",
    ),
    "formula-error": ("公式出错，按缺失处理：{}", "a formula failed; taken as absent: {}"),
    "places-taken": ("坐标取自列：{}", "coordinates were taken from the columns {}"),
    "place-unreadable": (
        "列“{}”中的坐标无法解析，该行无几何",
        "coordinates in {} cannot be read; their rows have no geometry",
    ),
    "shapefile-index-absent": (
        "缺少 .shx，已按 .shp 顺序逐个读取{}",
        "the .shx is missing; the shapes were read one after another{}",
    ),
    "shapefile-index-bad": (
        ".shx 与 .shp 不符，已按 .shp 顺序逐个读取{}",
        "the .shx does not fit the .shp; the shapes were read one after another{}",
    ),
    "rows-deleted": (
        ".dbf 中已标记删除的行未读取{}",
        "rows marked as deleted in the .dbf were passed over{}",
    ),
    "photo-unplaced": (
        "照片没有写明拍摄位置，入库后不上图{}",
        "the photo does not say where it was taken; it will not be on the map{}",
    ),
    "exif-damaged": (
        "照片的 Exif 无法解析，时间和位置按缺失处理{}",
        "the photo's Exif cannot be read; time and place are taken as absent{}",
    ),
    "raster-pages": (
        "TIFF 含多幅图像，只登记第一幅的信息{}",
        "the TIFF holds several pictures; the facts are those of the first{}",
    ),
    "document-encrypted": (
        "文档已加密，打开需要密码{}",
        "the document is encrypted; to open it takes a password{}",
    ),
    "document-macros": (
        "文档含宏程序，打开者须谨慎{}",
        "the document holds macros; whoever opens it should beware{}",
    ),
    "archive-ignored": ("压缩包中未读取的文件：{}", "a file of the archive that was not read: {}"),
}
