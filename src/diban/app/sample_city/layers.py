"""What each layer's rows carry: schemas with titles in both languages, and code lists."""

from __future__ import annotations

from diban.app.sample_city.names import DISTRICT_NAMES
from diban.ground import Code, Field, GeometryKind, Kind, Schema, Text

CITY_CODE = "449900"


def district_code(number: int) -> str:
    """The made-up six-digit code of a district, from 0."""
    return f"4499{number + 1:02d}"


def _text(name: str, zh: str, en: str, *, required: bool = True, codes: tuple[Code, ...] = ()) -> Field:
    return Field(name, Kind.TEXT, Text(zh, en), required=required, codes=codes)


def _number(
    name: str,
    kind: Kind,
    zh: str,
    en: str,
    *,
    unit: str | None = None,
    digits: int = 0,
    scale: int = 0,
    required: bool = False,
) -> Field:
    return Field(name, kind, Text(zh, en), required=required, unit=unit, digits=digits, scale=scale)


def _codes(*listed: tuple[str, str, str]) -> tuple[Code, ...]:
    return tuple(Code(value, Text(zh, en)) for value, zh, en in listed)


_CODE = _text("code", "代码", "Code")
_NAME = _text("name", "名称", "Name")
_NAME_EN = _text("name_en", "英文名称", "English name")
_DISTRICTS = tuple(Code(district_code(number), name) for number, name in enumerate(DISTRICT_NAMES))
_DISTRICT = _text("district", "所在区", "District", codes=_DISTRICTS)
_OFFICE = _text("office", "街道代码", "Street office")

USES = _codes(
    ("01", "住宅", "Residential"),
    ("02", "商业办公", "Commercial and office"),
    ("03", "旧村住宅", "Old village housing"),
    ("04", "工业仓储", "Industry and storage"),
    ("05", "公共服务", "Public service"),
    ("06", "公园设施", "Park building"),
)
GRADES = _codes(
    ("1", "快速路", "Expressway"),
    ("2", "主干路", "Primary road"),
    ("3", "次干路", "Secondary road"),
    ("4", "支路", "Local street"),
)
TRADES = _codes(
    ("A", "企业", "Company"), ("B", "事业单位", "Public institution"), ("C", "社会组织", "Association")
)

SCHEMAS: dict[str, Schema] = {
    "districts": Schema(
        (
            *(_CODE, _NAME, _NAME_EN),
            _number("population", Kind.INTEGER, "常住人口", "Residents", unit="人"),
            _number("area", Kind.DECIMAL, "面积", "Area", unit="km²", digits=8, scale=2),
        ),
        GeometryKind.POLYGON,
        key="code",
    ),
    "street-offices": Schema((_CODE, _NAME, _NAME_EN, _DISTRICT), GeometryKind.POLYGON, key="code"),
    "roads": Schema(
        (
            *(_CODE, _NAME, _NAME_EN),
            _text("grade", "道路等级", "Grade", codes=GRADES),
            _number("lanes", Kind.INTEGER, "车道数", "Lanes"),
            _number("width", Kind.DECIMAL, "红线内宽度", "Width", unit="m", digits=5, scale=1),
            _number("one_way", Kind.BOOLEAN, "单行", "One way"),
            _number("opened", Kind.DATE, "通车日期", "Opened"),
        ),
        GeometryKind.LINE,
        key="code",
    ),
    "buildings": Schema(
        (
            _CODE,
            _text("name", "名称", "Name", required=False),
            _text("name_en", "英文名称", "English name", required=False),
            _text("use", "用途", "Use", codes=USES),
            _number("floors", Kind.INTEGER, "地上层数", "Floors", required=True),
            _number("basements", Kind.INTEGER, "地下层数", "Basements"),
            _number("height", Kind.DECIMAL, "建筑高度", "Height", unit="m", digits=6, scale=1, required=True),
            _number("footprint", Kind.FLOAT, "基底面积", "Footprint", unit="m²"),
            _number("completed", Kind.DATE, "竣工日期", "Completed"),
            _number("protected", Kind.BOOLEAN, "保护建筑", "Protected"),
            _OFFICE,
            _number("surveyed", Kind.INSTANT, "测量时间", "Surveyed"),
        ),
        GeometryKind.POLYGON,
        key="code",
    ),
    "addresses": Schema(
        (
            _CODE,
            _text("address", "标准地址", "Standard address"),
            _text("address_en", "英文地址", "Address in English"),
            *(_DISTRICT, _OFFICE),
            _text("road", "道路代码", "Road"),
            _number("number", Kind.INTEGER, "门牌号", "House number", required=True),
            Field("building", Kind.TEXT, Text("建筑代码", "Building"), required=True, unique=True),
        ),
        GeometryKind.POINT,
        key="code",
    ),
    "organisations": Schema(
        (
            Field("code", Kind.TEXT, Text("统一社会信用代码", "Unified social credit code"), required=True),
            _NAME,
            _text("trade", "机构类型", "Type", codes=TRADES),
            _text("address", "登记地址", "Registered address"),
            _number("founded", Kind.DATE, "成立日期", "Founded"),
            _number("staff", Kind.INTEGER, "从业人数", "Staff"),
            _number("capital", Kind.DECIMAL, "注册资本", "Capital", unit="万元", digits=14, scale=2),
        ),
        GeometryKind.NONE,
        key="code",
    ),
}
