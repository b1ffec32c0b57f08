"""What a reader met on the way and kept going: told to people, not a reason to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from diban.ground import Text
from diban.intake.formats.reader import NUL

_ERROR, _WARNING, _NOTICE = "error", "warning", "notice"


@dataclass(frozen=True, slots=True)
class Remark:
    """One kind of thing: its code, words, how often it was met and (some of) the rows, 1-based.

    ``severity`` is an ``error`` where rows or values did not arrive as the sender has them, so that the
    delivery cannot stand, a ``notice`` where all is well and only worth knowing, else a ``warning``.
    ``column`` is the file's column of which it holds, None when it is of none or cannot be told.
    ``remedy`` is what the sender can do about it.
    """

    code: str
    message: Text
    count: int
    rows: tuple[int, ...]
    severity: str
    remedy: Text
    column: str | None = None

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        """From what the child said; an unknown code is shown as a message of GDAL."""
        code, detail, column = str(said["code"]), str(said["detail"]), said.get("column")
        kind = _KINDS.get(code, _KINDS["gdal"])
        return cls(
            code,
            Text(zh=kind.words.zh.format(detail), en=kind.words.en.format(detail)),
            int(said["count"]),
            tuple(int(row) for row in said["rows"]),
            kind.severity,
            kind.remedy,
            None if column is None else str(column),
        )


class _Kind(NamedTuple):
    severity: str
    words: Text
    remedy: Text


_NOTHING = Text(zh="无需处理", en="nothing needs to be done")
_CORRECT_CELLS = Text(
    zh="在原软件中改正这些单元格后重新导出",
    en="correct these cells in the original software, then export again",
)
_NAME_COLUMNS = Text(
    zh="在原文件中给每列起唯一的名称；名称不以下划线开头，不用 geometry",
    en="give each column a name of its own in the original, none that begins with _ and none called geometry",
)
_EXPORT_UTF8 = Text(
    zh="以 UTF-8 重新导出，或在映射中写明编码", en="export it as UTF-8, or name the encoding in the mapping"
)
_EXPORT_SHAPES = Text(
    zh="在原软件中检查并重新导出 Shapefile，.shp 与 .shx 一并提交",
    en="check and export the shapefile again, and deliver the .shx with the .shp",
)

_KINDS: dict[str, _Kind] = {
    "gdal": _Kind(
        _WARNING,
        Text("读取程序提示：{}", "the reading library says: {}"),
        Text("按提示在原软件中核对，需要时重新导出", "look it up in the original; export again where needed"),
    ),
    "column-renamed": _Kind(
        _WARNING,
        Text("列名与系统列冲突，已改名：{}", "a column name is reserved and was changed: {}"),
        _NAME_COLUMNS,
    ),
    "column-unnamed": _Kind(
        _WARNING,
        Text("列没有名称，已命名：{}", "a column has no name and was given one: {}"),
        _NAME_COLUMNS,
    ),
    "column-doubled": _Kind(
        _WARNING,
        Text("列名重复，已改名：{}", "a column's name is doubled and was changed: {}"),
        _NAME_COLUMNS,
    ),
    "column-unsupported": _Kind(
        _ERROR,
        Text("列的类型不支持，未读取：{}", "a column's type is not supported; it was not read: {}"),
        Text(
            "把该列转换为文本、数字或日期后重新导出；不需要时删去",
            "convert the column to text, numbers or dates and export again, or remove it where not needed",
        ),
    ),
    "geometry-unreadable": _Kind(
        _WARNING,
        Text(
            "几何的二进制内容无法解析，按缺失处理", "the geometry's bytes make no geometry; taken as absent"
        ),
        Text("在原软件中修复或重绘这些图形后导出", "repair or redraw these geometries, then export again"),
    ),
    "geometry-unsupported": _Kind(
        _WARNING,
        Text(
            "几何含曲线或不支持的类型，按缺失处理",
            "the geometry has curves or another unsupported type; taken as absent",
        ),
        Text(
            "把曲线离散为折线，只保留点、线、面后导出",
            "turn curves into lines of short pieces; export points, lines and polygons only",
        ),
    ),
    "text-unreadable": _Kind(
        _ERROR,
        Text("列“{}”的文本不是 UTF-8，按缺失处理", "text of column {!r} is not UTF-8; taken as absent"),
        Text(
            "在原软件中重新录入这些文字后导出", "enter these texts again in the original, then export again"
        ),
    ),
    NUL: _Kind(
        _ERROR,
        Text(
            "文本含有字符 U+0000，无法完整读取和存储：{}",
            "text holds the character U+0000, which can neither be read whole nor stored: {}",
        ),
        Text("从这些值中去掉 U+0000 后重新提交", "remove U+0000 from these values and deliver again"),
    ),
    "text-cut": _Kind(
        _ERROR,
        Text(
            "列“{}”的文本在末尾字符中间被截断，已去掉残缺字符",
            "text of column {!r} was cut in the middle of its last character, which was left off",
        ),
        Text(
            "加宽该列（.dbf 文本最多 254 字节），或改用 GeoPackage 提交完整文本",
            "widen the column (a .dbf holds at most 254 bytes), or deliver the whole text in a GeoPackage",
        ),
    ),
    "text-not-encoded": _Kind(
        _ERROR,
        Text(
            "列“{}”的文本不符合文件编码，按缺失处理",
            "text of column {!r} does not follow the file's encoding; taken as absent",
        ),
        _EXPORT_UTF8,
    ),
    "number-inexact": _Kind(
        _ERROR,
        Text(
            "列“{}”的数值超出双精度可精确表示的范围，末位可能已丢失",
            "column {!r} has numbers beyond what a double holds exactly; last digits may be lost",
        ),
        Text("编码改用文本列提交", "deliver codes in a column of text"),
    ),
    "number-overflow": _Kind(
        _ERROR,
        Text(
            "列“{}”的数值超出列宽（***），原值已丢失",
            "column {!r} was too narrow for its numbers (***); they are lost",
        ),
        Text("在原软件中加宽该列后重新导出", "widen the column in the original, then export again"),
    ),
    "number-damaged": _Kind(
        _ERROR,
        Text(
            "列“{}”的长数字已被表格软件改坏（科学计数法或超过 15 位），原值无法恢复",
            "column {!r} has long numbers that a spreadsheet has damaged already "
            "(written with a power of ten, or of more than 15 digits)",
        ),
        Text(
            "在表格软件中先把该列设为文本，再从源系统重新填入后导出",
            "format the column as text, fill it from the source system again, then export",
        ),
    ),
    "date-unreadable": _Kind(
        _ERROR,
        Text("列“{}”的日期不成立，按缺失处理", "dates of column {!r} do not exist; taken as absent"),
        Text("改正这些日期后重新导出", "correct these dates, then export again"),
    ),
    "encoding-detected": _Kind(
        _NOTICE,
        Text(
            "文件未写明编码，按内容判断为 {}", "the file does not say its encoding; by its content it is {}"
        ),
        _NOTHING,
    ),
    "encoding-unsure": _Kind(
        _ERROR,
        Text(
            "文件未写明编码，内容太少，无法确定；暂按 {} 读取",
            "the file does not say its encoding and has too little text to tell; read as {}",
        ),
        _EXPORT_UTF8,
    ),
    "encoding-contradicted": _Kind(
        _WARNING,
        Text(
            "文件写明的编码与内容不符，按内容读取：{}",
            "the encoding that the file names is not that of its content, which was followed: {}",
        ),
        Text("改正 .cpg 或映射中的编码", "correct the encoding in the .cpg or in the mapping"),
    ),
    "rows-ragged": _Kind(
        _ERROR,
        Text(
            "列数与表头不符的行未读取（{}）",
            "rows with another number of cells than the first were left out ({})",
        ),
        Text(
            "给含分隔符的单元格加引号，补齐或删去多余的单元格",
            "put quotes around cells that hold the delimiter; fill in or remove cells",
        ),
    ),
    "rows-in-cell": _Kind(
        _ERROR,
        Text(
            "文件的引号有误，列“{}”的单元格吞并了其后的整行",
            "quotes are wrong in this file: cells of column {!r} have swallowed the rows behind them",
        ),
        Text(
            "从这些行起找到缺少或多余的引号并改正；单元格内的引号写作两个",
            "find the missing or spare quote from these rows on; a quote inside a cell is written twice",
        ),
    ),
    "lines-in-cell": _Kind(
        _WARNING,
        Text(
            "列“{}”的单元格含换行，且分隔符与一整行同样多",
            "cells of column {!r} hold line breaks and as many delimiters as a whole row",
        ),
        Text(
            "如本是多行文字则无需处理；如是被引号并入的行，改正引号",
            "nothing if they are long texts; if they are rows between quotes, correct the quotes",
        ),
    ),
    "sheet-hidden": _Kind(
        _NOTICE,
        Text("工作簿中有隐藏的工作表：{}", "the workbook has a hidden sheet: {}"),
        Text("如要报送该表，请指明其名称", "name the sheet if it is the one to deliver"),
    ),
    "rows-hidden": _Kind(
        _NOTICE,
        Text("工作表有隐藏的行，已一并读取{}", "the sheet has hidden rows, which were read too{}"),
        Text("不应报送的行请删去", "remove rows that are not to be delivered"),
    ),
    "rows-above-head": _Kind(
        _WARNING,
        Text("表头上方的行未读取：{}", "a row above the head was not read: {}"),
        Text("确认表头无误；可删去标题行", "make sure that the head is right; titles may be removed"),
    ),
    "cells-beyond-head": _Kind(
        _ERROR,
        Text(
            "表头右侧没有列名的单元格未读取{}",
            "cells to the right of the head have no name and were not read{}",
        ),
        Text("给这些列补上列名，或删去", "give these columns a name, or remove them"),
    ),
    "cells-beyond-first": _Kind(
        _ERROR,
        Text(
            "无表头，前 8192 行均为空的列中的单元格未读取{}",
            "there is no header, and cells of columns that are empty in the first 8,192 rows were not read{}",
        ),
        Text(
            "加上表头，或把有值的行移到前面",
            "add a header, or move a row that has these cells to the beginning",
        ),
    ),
    "apostrophe-removed": _Kind(
        _NOTICE,
        Text(
            "列“{}”中平台为防公式执行而加的单引号已去掉",
            "apostrophes that had been put before formula signs in column {!r} were taken off again",
        ),
        _NOTHING,
    ),
    "apostrophe-kept": _Kind(
        _WARNING,
        Text(
            "列“{}”有以单引号加公式符号开头的文本，按原样读取",
            "texts of column {!r} begin with an apostrophe and a formula sign; they were taken as they are",
        ),
        Text(
            "如来自平台给出的问题行 CSV，改好后带着 _rule 等四列直接提交，即自动去掉单引号；本来如此则不必",
            "if they come of a CSV of faulty rows, deliver that CSV with its four added columns, and they "
            "are taken off; nothing if they are meant",
        ),
    ),
    "cells-merged": _Kind(
        _ERROR,
        Text(
            "合并单元格只有左上角有值，其余按缺失处理：{}",
            "of merged cells only the first has a value, the others are taken as absent: {}",
        ),
        Text("取消合并，并在每个单元格填入值", "undo the merging and fill every cell"),
    ),
    "formula-cached": _Kind(
        _NOTICE,
        Text("列 {} 含公式，采用文件中保存的结果", "column {} has formulas; their stored results were taken"),
        _NOTHING,
    ),
    "formula-empty": _Kind(
        _ERROR,
        Text(
            "列 {} 的公式没有保存结果，按缺失处理",
            "formulas of column {} have no stored result; taken as absent",
        ),
        Text(
            "用表格软件打开并保存一次，或把公式粘贴为数值",
            "open and save it once in a spreadsheet program, or paste the formulas as values",
        ),
    ),
    "formula-error": _Kind(
        _ERROR,
        Text("公式出错，按缺失处理：{}", "a formula failed; taken as absent: {}"),
        _CORRECT_CELLS,
    ),
    "places-taken": _Kind(
        _NOTICE,
        Text("坐标取自列：{}", "coordinates were taken from the columns {}"),
        Text("如不对，在映射中写明坐标列", "if that is wrong, name the columns of places in the mapping"),
    ),
    "place-unreadable": _Kind(
        _WARNING,
        Text(
            "列“{}”中的坐标无法解析，该行无几何",
            "coordinates in {} cannot be read; their rows have no geometry",
        ),
        _CORRECT_CELLS,
    ),
    "shapefile-index-absent": _Kind(
        _WARNING,
        Text(
            "缺少 .shx，已按 .shp 顺序逐个读取{}",
            "the .shx is missing; the shapes were read one after another{}",
        ),
        _EXPORT_SHAPES,
    ),
    "shapefile-index-bad": _Kind(
        _WARNING,
        Text(
            ".shx 与 .shp 不符，已按 .shp 顺序逐个读取{}",
            "the .shx does not fit the .shp; the shapes were read one after another{}",
        ),
        _EXPORT_SHAPES,
    ),
    "rows-deleted": _Kind(
        _NOTICE,
        Text(".dbf 中已标记删除的行未读取{}", "rows marked as deleted in the .dbf were passed over{}"),
        Text("如要保留，请在原软件中恢复这些行", "restore them in the original if they are to stay"),
    ),
    "archive-ignored": _Kind(
        _NOTICE,
        Text("压缩包中未读取的文件：{}", "a file of the archive that was not read: {}"),
        _NOTHING,
    ),
    "photo-unplaced": _Kind(
        _NOTICE,
        Text(
            "照片没有写明拍摄位置，入库后不上图{}",
            "the photo does not say where it was taken; it will not be on the map{}",
        ),
        Text(
            "需要上图时，提交带定位信息的原始照片",
            "deliver the original with its position to have it on the map",
        ),
    ),
    "exif-damaged": _Kind(
        _WARNING,
        Text(
            "照片的 Exif 无法解析，时间和位置按缺失处理{}",
            "the photo's Exif cannot be read; time and place are taken as absent{}",
        ),
        Text("提交相机存下的原始照片", "deliver the photo as the camera kept it"),
    ),
    "raster-pages": _Kind(
        _NOTICE,
        Text(
            "TIFF 含多幅图像，只登记第一幅的信息{}",
            "the TIFF holds several pictures; the facts are those of the first{}",
        ),
        Text("其余各幅需要编目时，分别提交", "deliver the others by themselves if they are to be catalogued"),
    ),
    "document-encrypted": _Kind(
        _WARNING,
        Text("文档已加密，打开需要密码{}", "the document is encrypted; to open it takes a password{}"),
        Text("去掉密码后重新提交", "remove the password and deliver it again"),
    ),
    "document-macros": _Kind(
        _WARNING,
        Text("文档含宏程序，打开者须谨慎{}", "the document holds macros; whoever opens it should beware{}"),
        Text("另存为不含宏的格式后提交", "save it in a format without macros and deliver that"),
    ),
}
