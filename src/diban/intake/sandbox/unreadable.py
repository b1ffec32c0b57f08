"""Why an upload cannot be read, in words: one code, one message and one remedy each."""

from __future__ import annotations

from dataclasses import asdict

from diban.ground import Invalid, StorageFull, Text, Unsafe
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_FACT_LENGTH = 600


class Unreadable(Invalid):
    """The file itself cannot be read; `code` says why, and the delivery gets a finding of it.

    Never leaves the room: receiving turns it into a finding.
    """

    def __init__(self, code: str, message: Text, remedy: Text) -> None:
        super().__init__(message, field="file", remedy=remedy)
        self.code = code


def unreadable(refusal: Refusal, limits: Limits) -> Unreadable | Unsafe | StorageFull:
    """The words for what a child said or how it ended; facts from the child are cut short."""
    if refusal.code == "disk-full":
        return StorageFull(_DISK_FULL[0], remedy=_DISK_FULL[1])
    facts = _Facts(detail="", **asdict(limits))
    facts |= {name: str(value)[:_FACT_LENGTH] for name, value in refusal.facts.items()}
    if refusal.code == "unsafe":
        message, remedy = (_filled(text, facts) for text in _LACKING)
        return Unsafe(message, field="file", remedy=remedy)
    code = refusal.code if refusal.code in _WORDS else "read-damaged"
    message, remedy = (_filled(text, facts) for text in _WORDS[code])
    return Unreadable(code, message, remedy)


class _Facts(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"


def _filled(text: Text, facts: _Facts) -> Text:
    return Text(zh=text.zh.format_map(facts).strip(), en=text.en.format_map(facts).strip())


def _words(zh: str, en: str, remedy_zh: str, remedy_en: str) -> tuple[Text, Text]:
    return Text(zh, en), Text(remedy_zh, remedy_en)


_LACKING = _words(
    "本机不能建立读取沙箱，文件未打开：{detail}",
    "no sandbox can be set up on this machine; the file was not opened: {detail}",
    "请在支持 Landlock 与 seccomp 的 Linux 内核（5.13 以上）上运行",
    "run on a Linux kernel with Landlock and seccomp (5.13 or newer)",
)

_DISK_FULL = (
    Text("存储空间已满，不能解包", "storage is full; the delivery cannot be unpacked"),
    Text("清理空间后重试", "make space and repeat"),
)

_PACK_AGAIN = (
    "请重新打包，只放数据文件，不加密、不嵌套",
    "pack it again: files of data alone, without a password, no archive inside",
)

_EXPORT_AGAIN = (
    "请在原软件中重新导出，并确认能正常打开后再提交",
    "export it again from the original software and check that it opens there",
)

_WORDS: dict[str, tuple[Text, Text]] = {
    "format-unknown": _words(
        "内容不是可识别的格式；可接收：{formats}",
        "the content is of no known format; accepted: {formats}",
        "请转换为所列格式之一；只改扩展名无效",
        "convert it to one of those listed; renaming it is not enough",
    ),
    "file-too-large": _words(
        "{format} 文件须整体读取，上限 {limit} 字节，本文件 {size} 字节",
        "{format} is read as a whole: at most {limit} bytes, this file has {size}",
        "请改用 GeoPackage，或拆分后提交",
        "deliver a GeoPackage instead, or split the file",
    ),
    "nested-too-deep": _words(
        "内容嵌套超过 {depth} 层",
        "the content is nested more than {depth} levels deep",
        "请展开嵌套的几何集合或属性后重新导出",
        "flatten nested collections or properties and export again",
    ),
    "crs-link": _words(
        "坐标系以链接（crs 类型 link）给出，平台不访问文件中的链接",
        "the CRS is given as a link (crs of type link); links in files are never followed",
        "请以名称声明坐标系，例如 urn:ogc:def:crs:EPSG::4490",
        "declare the CRS by name, for example urn:ogc:def:crs:EPSG::4490",
    ),
    "layer-needed": _words(
        "文件含多个图层，须指明一个：{layers}",
        "the file holds several layers, name one: {layers}",
        "提交时指定图层名",
        "say which layer when submitting",
    ),
    "layer-unknown": _words(
        "文件中没有图层“{layer}”；现有：{layers}",
        "the file has no layer {layer!r}; it has: {layers}",
        "请使用现有图层名",
        "use the name of an existing layer",
    ),
    "layer-none": _words(
        "文件中没有矢量图层或属性表",
        "the file holds no vector layer and no table",
        "请确认导出的内容",
        "check what was exported",
    ),
    "columns-too-many": _words(
        "共 {count} 列，上限 {columns} 列",
        "{count} columns, at most {columns}",
        "请只保留需要的字段",
        "keep only the fields that are needed",
    ),
    "shapefile-incomplete": _words(
        "Shapefile 缺少 {missing}",
        "the shapefile lacks its {missing}",
        "请将 .shp、.dbf、.shx、.prj、.cpg 打成一个 ZIP 提交",
        "deliver .shp, .dbf, .shx, .prj and .cpg together in one ZIP",
    ),
    "shapefile-type": _words(
        "Shapefile 的几何类型 {type} 不支持；可接收点、多点、线、面及其 Z、M 形式",
        "shapes of type {type} are not supported; points, multipoints, lines and polygons are, with Z and M",
        "请转换为面或多点后导出",
        "convert them to polygons or multipoints",
    ),
    "shapefile-uneven": _words(
        ".shp 有 {shapes} 个图形，.dbf 有 {rows} 行，无法一一对应",
        "the .shp has {shapes} shapes, the .dbf {rows} rows; they cannot be paired",
        *_EXPORT_AGAIN,
    ),
    "encoding-unknown": _words(
        "不认识的文字编码“{encoding}”",
        "unknown text encoding {encoding!r}",
        "例如 UTF-8、GBK、GB18030",
        "for example UTF-8, GBK or GB18030",
    ),
    "encoding-unclear": _words(
        "文字既不是 UTF-8 也不是 GB18030（GBK），无法判断其编码",
        "the text is neither UTF-8 nor GB18030 (GBK); its encoding cannot be told",
        "请以 UTF-8 重新导出，或在映射中写明编码",
        "export it as UTF-8, or name the encoding in the mapping",
    ),
    "quote-open": _words(
        "第 {line} 行起的引号没有闭合，其后各行无法分清",
        "a quote from line {line} on is never closed; the rows behind it cannot be told apart",
        "改正该引号；单元格内的引号写作两个",
        "correct the quote; a quote inside a cell is written twice",
    ),
    "place-column-absent": _words(
        "没有坐标列“{column}”，或其中不是坐标；现有：{columns}",
        "no column {column!r} with coordinates; there are: {columns}",
        "请改正映射中的坐标列",
        "correct the columns of places in the mapping",
    ),
    "place-crs-mixed": _words(
        "第 {row} 行的坐标属 SRID {named}，首个几何属 {first}；一份文件只能用一种坐标系",
        "row {row} names SRID {named}, the first geometry {first}; a file has one CRS",
        "全部转换为同一坐标系后提交",
        "convert all to one CRS and deliver again",
    ),
    "xml-doctype": _words(
        "文件中的 XML 含文档类型声明（DTD），平台不处理",
        "XML in the file declares a document type (DTD), which is never processed",
        *_EXPORT_AGAIN,
    ),
    "format-old": _words(
        "旧版 Office 文件（如 .xls）或设了密码的文件",
        "a file of old Office programs (such as .xls), or one with a password",
        "请去掉密码，另存为 .xlsx 或 CSV",
        "remove the password and save it as .xlsx or CSV",
    ),
    "asset-no-rows": _words(
        "文件是 {format}，不含要素；该图层收要素",
        "the file is {format}, which holds no features; the layer takes features",
        "交付到栅格、文档或照片的图层，或提交要素文件",
        "deliver it to a layer of rasters, documents or photos, or send a file of features",
    ),
    "asset-other": _words(
        "文件是 {format}；该图层只收：{formats}",
        "the file is {format}; the layer takes {formats}",
        "交付到相应类型的图层",
        "deliver it to a layer of its own kind",
    ),
    "asset-unknown": _words(
        "内容不是可接收的格式；该图层收：{formats}",
        "the content is of no accepted format; the layer takes {formats}",
        "请转换为所列格式之一；只改扩展名无效",
        "convert it to one of those listed; renaming it is not enough",
    ),
    "document-old": _words(
        "旧版 Office 文件（如 .doc）或设了密码的文件",
        "a file of old Office programs (such as .doc), or one with a password",
        "请去掉密码，另存为 PDF、OFD 或 .docx",
        "remove the password and save it as PDF, OFD or .docx",
    ),
    "file-cut": _words(
        "文件不完整：内容应到第 {end} 字节，实有 {size} 字节",
        "the file is cut off: its content should reach byte {end}, there are {size}",
        "请核对文件大小后重新传输或导出",
        "compare its size with the original and send or export it again",
    ),
    "tiff-loop": _words(
        "TIFF 目录（IFD）成环，或多于 {most} 个",
        "the TIFF's directories (IFD) form a loop, or are more than {most}",
        *_EXPORT_AGAIN,
    ),
    "raster-bomb": _words(
        "{width} × {height} 像素解码后有 {bytes} 字节，超过文件的 {ratio} 倍和 {memory} 字节，疑为炸弹",
        "{width} × {height} pixels decode to {bytes} bytes, over {ratio} times the file and {memory} bytes, "
        "as a bomb would",
        "请裁去空白，或分幅提交",
        "cut off what is empty, or deliver it in sheets",
    ),
    "raster-unplaced": _words(
        "栅格没有地理参考（缺 ModelPixelScale 与 ModelTiepoint，或 ModelTransformation）",
        "the raster has no georeference (ModelPixelScale and ModelTiepoint, or ModelTransformation)",
        "请配准后导出为 GeoTIFF，坐标写入文件内",
        "georeference it and export a GeoTIFF that holds its place itself",
    ),
    "archive-empty": _words(
        "压缩包中没有可识别的数据文件",
        "the archive holds no file of data",
        *_PACK_AGAIN,
    ),
    "archive-members": _words(
        "压缩包含 {count} 个文件，上限 {members} 个",
        "the archive has {count} files, at most {members}",
        *_PACK_AGAIN,
    ),
    "archive-ratio": _words(
        "“{name}”解压后超过压缩大小的 {ratio} 倍，疑为压缩炸弹",
        "{name} grows more than {ratio} times when unpacked, as a bomb would",
        *_PACK_AGAIN,
    ),
    "archive-path": _words(
        "压缩包内的文件名指向包外：{name}",
        "a name in the archive leads out of it: {name}",
        *_PACK_AGAIN,
    ),
    "archive-link": _words(
        "压缩包内含链接或特殊文件：{name}",
        "the archive holds a link or a special file: {name}",
        *_PACK_AGAIN,
    ),
    "archive-encrypted": _words("压缩包已加密：{name}", "the archive is encrypted: {name}", *_PACK_AGAIN),
    "archive-nested": _words(
        "压缩包中还有压缩包：{name}", "the archive holds another one: {name}", *_PACK_AGAIN
    ),
    "archive-doubled": _words(
        "压缩包中有重名文件：{name}", "two files of the archive have one name: {name}", *_PACK_AGAIN
    ),
    "archive-method": _words(
        "压缩方法不支持：{name}；可用存储或 Deflate",
        "unsupported compression: {name}; stored and deflate are read",
        *_PACK_AGAIN,
    ),
    "geometry-too-large": _words(
        "第 {row} 行的几何超过 {vertices} 个顶点",
        "the geometry of row {row} has more than {vertices} vertices",
        "请拆分或简化该要素",
        "split or simplify this feature",
    ),
    "read-damaged": _words(
        "文件损坏或不符合格式：{detail}",
        "the file is damaged or does not follow its format: {detail}",
        *_EXPORT_AGAIN,
    ),
    "read-incomplete": _words(
        "文件自述 {expected} 行，只能读出 {found} 行",
        "the file says it has {expected} rows, only {found} can be read",
        *_EXPORT_AGAIN,
    ),
    "read-crashed": _words(
        "读取进程因该文件崩溃，已隔离：{detail}",
        "the reading process crashed on this file and was contained: {detail}",
        *_EXPORT_AGAIN,
    ),
    "read-timeout": _words(
        "{silence} 秒内没有读出一批数据，已停止",
        "no batch within {silence} seconds; reading was stopped",
        *_EXPORT_AGAIN,
    ),
    "read-cpu": _words(
        "读取超过处理器时间上限（{cpu_seconds} 秒，另按每 10 MB 加 {cpu_seconds_per_10_mb} 秒）",
        "reading exceeded its processor time ({cpu_seconds} s, plus {cpu_seconds_per_10_mb} s per 10 MB)",
        *_EXPORT_AGAIN,
    ),
    "read-memory": _words(
        "读取所需内存超过上限 {memory} 字节",
        "reading needs more memory than the cap of {memory} bytes",
        "请拆分文件，或简化其中特别大的要素",
        "split the file, or simplify its largest features",
    ),
    "read-too-large": _words(
        "解码后的数据超过上限 {decoded} 字节",
        "the decoded data exceeds the cap of {decoded} bytes",
        "请拆分后提交",
        "split the delivery",
    ),
    "read-cancelled": _words(
        "读取已取消",
        "reading was cancelled",
        "需要时重新提交",
        "submit again when wanted",
    ),
}
