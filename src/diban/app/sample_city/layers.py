"""What each layer's rows carry: titles in both languages, units, code lists, and what values must meet."""

from __future__ import annotations

from diban.app.sample_city.names import DISTRICT_NAMES
from diban.ground import Check, Code, Constraint, Field, GeometryKind, Kind, Schema, Text

DISTRICT_CODES = tuple(f"4403{number:02d}" for number in range(3, 12))
ADDRESS_CODE = (("community", 12), ("street", 6), ("house number", 5), ("building", 2))
"""The sample profile of the 25-digit code of a standard address; the real split is not public."""


FIRST_DAY, LAST_DAY = "1900-01-01", "2030-12-31"
"""Between these lie the dates of everything that stands, was granted or was founded."""


def _text(
    name: str,
    zh: str,
    en: str,
    *,
    required: bool = True,
    unique: bool = False,
    codes: tuple[Code, ...] = (),
    pattern: str | None = None,
    check: Check | None = None,
    reference: str | None = None,
) -> Field:
    must = Constraint(pattern=pattern, check=check, reference=reference)
    title = Text(zh, en)
    return Field(name, Kind.TEXT, title, required=required, unique=unique, codes=codes, constraint=must)


def _number(
    name: str,
    kind: Kind,
    zh: str,
    en: str,
    *,
    within: tuple[str, str] | None = None,
    unit: str | None = None,
    digits: int = 0,
    scale: int = 0,
    required: bool = False,
) -> Field:
    must = Constraint() if within is None else Constraint(*within)
    title = Text(zh, en)
    return Field(name, kind, title, required=required, unit=unit, digits=digits, scale=scale, constraint=must)


def _day(name: str, zh: str, en: str) -> Field:
    return _number(name, Kind.DATE, zh, en, within=(FIRST_DAY, LAST_DAY))


def _codes(*listed: tuple[str, str, str]) -> tuple[Code, ...]:
    return tuple(Code(value, Text(zh, en)) for value, zh, en in listed)


_NAME = _text("name", "名称", "Name")
_NAME_EN = _text("name_en", "英文名称", "English name")
_DISTRICTS = tuple(Code(code, name) for code, name in zip(DISTRICT_CODES, DISTRICT_NAMES, strict=True))
_DISTRICT = _text("district", "所在区", "District", codes=_DISTRICTS)
_OFFICE = _text("office", "街道代码", "Street office", pattern="[0-9]{9}", reference="street-offices")
_COMMUNITY = _text("community", "社区代码", "Community", pattern="[0-9]{12}", reference="communities")
_STREET = _text("street", "路名代码", "Street", pattern="[0-9]{6}")
_AREA = _number(
    "area", Kind.DECIMAL, "面积", "Area", unit="m²", digits=14, scale=1, within=("1", "9999999999")
)
_LOT, _BUILDING = "[0-9]{12}GB[0-9]{5}", "[0-9]{12}GB[0-9]{5}F[0-9]{4}"

USES = _codes(
    ("01", "住宅", "Residential"),
    ("02", "商业办公", "Commercial and office"),
    ("03", "旧村住宅", "Old village housing"),
    ("04", "工业仓储", "Industry and storage"),
    ("05", "公共服务", "Public service"),
    ("06", "公园", "Park"),
    ("07", "储备用地", "Land in reserve"),
)
RESERVE = "07"
GRADES = _codes(
    ("1", "快速路", "Expressway"),
    ("2", "主干路", "Primary road"),
    ("3", "次干路", "Secondary road"),
    ("4", "支路", "Local street"),
)
WATERS = _codes(("1", "河流", "River"), ("2", "水库", "Reservoir"))
GREENS = _codes(("1", "山林", "Forest"), ("2", "公园", "Park"), ("3", "农林用地", "Orchard and farmland"))
POI_CLASSES = _codes(
    ("0101", "餐饮", "Food and drink"),
    ("0102", "购物", "Shopping"),
    ("0103", "生活服务", "Services"),
    ("0104", "住宿", "Lodging"),
    ("0201", "公司企业", "Company"),
    ("0202", "金融", "Finance"),
    ("0203", "工厂", "Factory"),
    ("0301", "教育", "Education"),
    ("0302", "医疗", "Health"),
    ("0303", "文体", "Culture and sport"),
    ("0304", "政务", "Government"),
    ("0401", "公园景点", "Park and sight"),
    ("0402", "停车场", "Car park"),
)
TRADES = _codes(
    ("A", "企业", "Company"), ("B", "事业单位", "Public institution"), ("C", "社会组织", "Association")
)
KITCHENS = _codes(
    ("1", "大型餐馆", "Large restaurant"), ("2", "小型餐馆", "Small restaurant"), ("3", "饮品店", "Drinks")
)


def _named(pattern: str) -> tuple[Field, ...]:
    return _text("code", "代码", "Code", pattern=pattern), _NAME, _NAME_EN


def _areas(pattern: str, *fields: Field) -> Schema:
    return Schema((*_named(pattern), *fields), GeometryKind.POLYGON, key="code")


def _class(zh: str, en: str, codes: tuple[Code, ...]) -> Field:
    return _text("class", zh, en, codes=codes)


_POPULATION = _number(
    "population", Kind.INTEGER, "常住人口", "Residents", unit="人", within=("0", "99999999")
)

SCHEMAS: dict[str, Schema] = {
    "districts": _areas("4403[0-9]{2}", _POPULATION, _AREA),
    "street-offices": _areas("[0-9]{9}", _DISTRICT, _AREA),
    "communities": _areas("[0-9]{12}", _OFFICE, _DISTRICT, _AREA),
    "sea": _areas("[0-9]{3}", _AREA),
    "water": _areas("[0-9]{4}", _class("水域类别", "Kind of water", WATERS), _AREA),
    "green": _areas("[0-9]{6}", _class("绿地类别", "Kind of green", GREENS), _AREA),
    "roads": Schema(
        (
            *_named("[0-9]{8}"),
            _text("grade", "道路等级", "Grade", codes=GRADES),
            _STREET,
            _number("lanes", Kind.INTEGER, "车道数", "Lanes", within=("1", "16")),
            _number(
                "width", Kind.DECIMAL, "路面宽度", "Width", unit="m", digits=5, scale=1, within=("2", "200")
            ),
            _number("one_way", Kind.BOOLEAN, "单行", "One way"),
            _day("opened", "通车日期", "Opened"),
        ),
        GeometryKind.LINE,
        key="code",
    ),
    "parcels": Schema(
        (
            _text("code", "宗地代码", "Parcel code", pattern=_LOT),
            _text("use", "土地用途", "Land use", codes=USES),
            _AREA,
            *(_DISTRICT, _COMMUNITY),
            _day("granted", "供地日期", "Granted"),
        ),
        GeometryKind.POLYGON,
        key="code",
    ),
    "buildings": Schema(
        (
            _text("code", "建筑编码", "Building code", pattern=_BUILDING),
            _text("name", "名称", "Name", required=False),
            _text("name_en", "英文名称", "English name", required=False),
            _text("use", "用途", "Use", codes=USES),
            _number("floors", Kind.INTEGER, "地上层数", "Floors", required=True, within=("1", "200")),
            _number("basements", Kind.INTEGER, "地下层数", "Basements", within=("0", "12")),
            _number(
                *("height", Kind.DECIMAL, "建筑高度", "Height"),
                unit="m",
                digits=6,
                scale=1,
                required=True,
                within=("1.5", "1000"),
            ),
            _number("footprint", Kind.FLOAT, "基底面积", "Footprint", unit="m²", within=("1", "1000000")),
            _number("year", Kind.INTEGER, "竣工年份", "Year built", within=("1000", "2030")),
            _number("protected", Kind.BOOLEAN, "保护建筑", "Protected"),
            _text("parcel", "宗地代码", "Parcel", pattern=_LOT, reference="parcels"),
            *(_DISTRICT, _OFFICE, _COMMUNITY),
            _number(
                *("surveyed", Kind.INSTANT, "测量时间", "Surveyed"),
                within=("1990-01-01T00:00:00Z", "2030-12-31T23:59:59Z"),
            ),
        ),
        GeometryKind.POLYGON,
        key="code",
    ),
    "addresses": Schema(
        (
            _text("code", "地址编码", "Address code", pattern="[0-9]{25}"),
            _text("address", "标准地址", "Standard address"),
            _text("address_en", "英文地址", "Address in English"),
            *(_DISTRICT, _OFFICE, _COMMUNITY, _STREET),
            _number("number", Kind.INTEGER, "门牌号", "House number", required=True, within=("1", "99999")),
            _number(
                "block", Kind.INTEGER, "楼栋号", "Building on the parcel", required=True, within=("1", "99")
            ),
            _text("building", "建筑编码", "Building", unique=True, pattern=_BUILDING, reference="buildings"),
        ),
        GeometryKind.POINT,
        key="code",
    ),
    "poi": Schema(
        (
            *_named("P[0-9]{8}"),
            _class("兴趣点类别", "Class", POI_CLASSES),
            _text("address", "地址", "Address"),
            _text("district", "所在区", "District", codes=_DISTRICTS, reference="districts"),
        ),
        GeometryKind.POINT,
        key="code",
    ),
    "enterprises": Schema(
        (
            _text(
                *("code", "统一社会信用代码", "Unified social credit code"),
                pattern="[0-9A-HJ-NPQRTUWXY]{18}",
                check=Check.CREDIT_CODE,
            ),
            _NAME,
            _text("trade", "机构类型", "Type", codes=TRADES),
            _text("address", "住所", "Registered address"),
            _day("founded", "成立日期", "Founded"),
            _number("staff", Kind.INTEGER, "从业人数", "Staff", within=("0", "999999")),
            _number(
                *("capital", Kind.DECIMAL, "注册资本", "Capital"),
                unit="万元",
                digits=14,
                scale=2,
                within=("0", "99999999"),
            ),
        ),
        GeometryKind.NONE,
        key="code",
    ),
    "catering": Schema(
        (
            _text("code", "许可证编号", "Licence number", pattern="JY[1-3][0-9]{13}"),
            _text("holder", "经营者名称", "Holder"),
            _text("kind", "主体业态", "Kind", codes=KITCHENS),
            _text("address", "经营场所", "Premises"),
            _number("issued", Kind.DATE, "发证日期", "Issued", within=("2000-01-01", "2030-12-31")),
            _number("expires", Kind.DATE, "有效期至", "Expires", within=("2000-01-01", "2040-12-31")),
        ),
        GeometryKind.NONE,
        key="code",
    ),
}
