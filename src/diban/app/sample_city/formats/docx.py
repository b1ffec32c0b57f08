"""Office Open XML (ISO/IEC 29500): a document of headings, paragraphs and tables, on A4."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-"
_TEXT_WIDTH = 9638
"""Between the margins, in twentieths of a point."""
_SIZES = {"Title": 36, "Heading1": 26, "Heading2": 22}
"""In half points."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text; ``style`` is "" for plain text, or ``Title``, ``Heading1``, ``Heading2``."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose first row is its heading; ``widths`` are the shares of its columns."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


Block = Paragraph | Sheet


@dataclass(frozen=True, slots=True)
class Document:
    """What a document says, and of itself: its title, who made it, and when (UTC)."""

    title: str
    creator: str
    made: datetime
    blocks: tuple[Block, ...]


def write_docx(document: Document, path: Path) -> None:
    """The document; its members carry the date on which it was made."""
    body = "".join(_table(one) if isinstance(one, Sheet) else _paragraph(one) for one in document.blocks)
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134"'
        ' w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )
    members = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            (f"{_OFFICE}/officeDocument", "word/document.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _core(document),
        "word/_rels/document.xml.rels": _relations((f"{_OFFICE}/styles", "styles.xml")),
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}{page}</w:body></w:document>',
        "word/styles.xml": _styles(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, document.made.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, _HEAD + content)


def _paragraph(one: Paragraph) -> str:
    style = f'<w:pPr><w:pStyle w:val="{one.style}"/></w:pPr>' if one.style else ""
    return f"<w:p>{style}{_run(one.text)}</w:p>"


def _run(text: str, *, bold: bool = False) -> str:
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{weight}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _table(one: Sheet) -> str:
    widths = [share * _TEXT_WIDTH // sum(one.widths) for share in one.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rows = "".join(_row(row, widths, first=not place) for place, row in enumerate(one.rows))
    described = f'<w:tblStyle w:val="Grid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
    fixed = '<w:tblLayout w:type="fixed"/>'
    return f"<w:tbl><w:tblPr>{described}{fixed}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl><w:p/>"


def _row(cells: tuple[str, ...], widths: list[int], *, first: bool) -> str:
    repeated = "<w:cantSplit/><w:tblHeader/>" if first else "<w:cantSplit/>"
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="E8EDF3"/>' if first else ""
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="Cell"/></w:pPr>{_run(cell, bold=first)}</w:p></w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{repeated}</w:trPr>{made}</w:tr>"


def _content_types() -> str:
    parts = (
        ("/word/document.xml", f"{_TYPE}officedocument.wordprocessingml.document.main+xml"),
        ("/word/styles.xml", f"{_TYPE}officedocument.wordprocessingml.styles+xml"),
        ("/docProps/core.xml", f"{_TYPE}package.core-properties+xml"),
    )
    named = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in parts)
    rest = (
        f'<Default Extension="rels" ContentType="{_TYPE}package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    return f'<Types xmlns="{_PACKAGE}/content-types">{rest}{named}</Types>'


def _relations(*related: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(related, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _core(document: Document) -> str:
    dublin, terms = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
    spaces = f'xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="{dublin}" xmlns:dcterms="{terms}"'
    made = document.made.strftime("%Y-%m-%dT%H:%M:%SZ")
    times = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{made}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    said = f"<dc:title>{escape(document.title)}</dc:title><dc:creator>{escape(document.creator)}</dc:creator>"
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f"<cp:coreProperties {spaces} {schema}>{said}{times}</cp:coreProperties>"


def _styles() -> str:
    fonts = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="SimSun" w:cs="Arial"/>'
    language = '<w:lang w:val="en-GB" w:eastAsia="zh-CN"/>'
    plain = f'{fonts}<w:sz w:val="21"/><w:szCs w:val="21"/>{language}'
    spacing = '<w:spacing w:after="120" w:line="288" w:lineRule="auto"/>'
    default = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{plain}</w:rPr></w:rPrDefault>"
        f"<w:pPrDefault><w:pPr>{spacing}</w:pPr></w:pPrDefault></w:docDefaults>"
    )
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="8A94A0"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    normal = '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    cell = _style(
        "Cell", "Cell", '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>', 17
    )
    grid = (
        '<w:style w:type="table" w:styleId="Grid"><w:name w:val="Grid"/>'
        f"<w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr></w:style>"
    )
    return f'<w:styles xmlns:w="{_WORD}">{default}{normal}{_headings()}{cell}{grid}</w:styles>'


def _headings() -> str:
    names: Iterable[tuple[str, str, str]] = (
        ("Title", "Title", '<w:spacing w:after="240"/>'),
        ("Heading1", "heading 1", '<w:keepNext/><w:spacing w:before="320"/><w:outlineLvl w:val="0"/>'),
        ("Heading2", "heading 2", '<w:keepNext/><w:spacing w:before="200"/><w:outlineLvl w:val="1"/>'),
    )
    return "".join(_style(style, name, form, _SIZES[style], bold=True) for style, name, form in names)


def _style(style: str, name: str, form: str, size: int, *, bold: bool = False) -> str:
    run = f'{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    return (
        f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"<w:pPr>{form}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )
