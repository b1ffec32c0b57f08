"""What a layer's rows look like: fields with types and titles in both languages, versioned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import pyarrow as pa

from diban.ground.asset_kind import AssetKind
from diban.ground.constraint import FREE, Constraint
from diban.ground.errors import Invalid
from diban.ground.text import Text

MAX_DECIMAL_DIGITS = 18
GEOMETRY = "geometry"


class Kind(StrEnum):
    """Type of a field; every one is exact on both engines."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"


class GeometryKind(StrEnum):
    """Which geometries a layer takes; multi-part forms belong to their kind."""

    NONE = "none"
    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code list (代码); values are text, leading zeros kept."""

    value: str
    title: Text


@dataclass(frozen=True, slots=True)
class Field:
    """One column (信息项): its name in data, its type, its title in both languages.

    ``slot`` is the physical column number, given by the base and kept through renames; 0 means
    "not stored yet". ``digits`` and ``scale`` count for decimals only. ``constraint`` is what its
    values must meet.
    """

    name: str
    kind: Kind
    title: Text
    required: bool = False
    unique: bool = False
    codes: tuple[Code, ...] = ()
    unit: str | None = None
    digits: int = 0
    scale: int = 0
    slot: int = 0
    constraint: Constraint = FREE

    def __post_init__(self) -> None:
        if not self.name or self.name.startswith("_") or self.name == GEOMETRY or len(self.name) > 128:
            raise Invalid(
                Text(zh=f"字段名不可用：“{self.name}”", en=f"not usable as a field name: {self.name!r}"),
                field="fields.name",
                limit=128,
                remedy=Text(
                    zh="1–128 个字符，不以 _ 开头，不叫 geometry",
                    en="1–128 characters, not starting with _, not 'geometry'",
                ),
            )
        if self.kind is Kind.DECIMAL and not (0 <= self.scale <= self.digits <= MAX_DECIMAL_DIGITS):
            raise Invalid(
                Text(zh=f"小数位数不成立：{self.name}", en=f"digits do not hold for {self.name}"),
                field=self.name,
                limit=MAX_DECIMAL_DIGITS,
                remedy=Text(zh="总位数至多 18", en="at most 18 digits in all"),
            )
        self.constraint.verify(self.name, self.arrow_type())

    def arrow_type(self) -> pa.DataType:
        """The Arrow type in which this field's values travel."""
        if self.kind is Kind.DECIMAL:
            return pa.decimal128(self.digits or MAX_DECIMAL_DIGITS, self.scale)
        return _ARROW[self.kind]


_ARROW: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of a layer at one schema version.

    ``key`` names the provider's own key field, by which deliveries are matched; without one they
    are matched by content. ``valid_from`` and ``valid_to`` name the fields (date or instant) that
    say from when to when a row holds in the world. ``number`` counts schema versions from 1.
    ``asset`` says that the one row stands for a file of this kind (see `diban.ground.asset`).
    ``named_by`` are the fields of text under whose values a search finds the features; None leaves it to
    what the fields are called, none at all keeps the layer's features out of the search.
    """

    fields: tuple[Field, ...]
    geometry: GeometryKind = GeometryKind.ANY
    key: str | None = None
    vertical_datum: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    number: int = 1
    asset: AssetKind | None = None
    named_by: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        names = [field.name for field in self.fields]
        doubled = {name for name in names if names.count(name) > 1}
        wanted = {self.key, self.valid_from, self.valid_to, *(self.named_by or ())} - {None}
        if doubled or not wanted <= set(names):
            wrong = sorted(doubled or {str(name) for name in wanted - set(names)})
            raise Invalid(
                Text(
                    zh=f"字段重复或不存在：{'、'.join(wrong)}", en=f"doubled or unknown: {', '.join(wrong)}"
                ),
                field="fields",
                remedy=Text(zh="字段名须唯一且已声明", en="field names are unique and declared"),
            )
        for field in self.fields:
            if field.name in (self.named_by or ()) and field.kind is not Kind.TEXT:
                raise Invalid(
                    Text(zh="名称字段须为文本", en="a field of names is text"),
                    field=field.name,
                    limit=Kind.TEXT.value,
                    remedy=Text(zh="从 named_by 中去掉该字段", en="leave it out of named_by"),
                )
            timely = field.kind in (Kind.DATE, Kind.INSTANT)
            if field.name in (self.valid_from, self.valid_to) and not timely:
                raise Invalid(
                    Text(zh="有效时间须为日期或时刻", en="valid time is a date or an instant"),
                    field=field.name,
                    limit=f"{Kind.DATE} | {Kind.INSTANT}",
                )

    def field(self, name: str) -> Field:
        """The field of that name; `Invalid` when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise Invalid(
            Text(zh=f"没有字段“{name}”", en=f"there is no field {name!r}"),
            field=name,
            limit=", ".join(f.name for f in self.fields),
            remedy=Text(zh="使用已声明的字段名", en="use a declared field name"),
        )

    def names(self) -> list[str]:
        """Field names, in order."""
        return [field.name for field in self.fields]

    def arrow(self) -> pa.Schema:
        """The Arrow schema of this layer's batches: the fields, then WKB ``geometry`` unless a table."""
        columns = [pa.field(field.name, field.arrow_type()) for field in self.fields]
        if self.geometry is not GeometryKind.NONE:
            columns.append(
                pa.field(GEOMETRY, pa.binary(), metadata={b"ARROW:extension:name": b"geoarrow.wkb"})
            )
        return pa.schema(columns)

    def numbered(self, number: int) -> Schema:
        """The same schema as version ``number``."""
        return replace(self, number=number)

    def as_json(self) -> dict[str, object]:
        """A JSON form from which `from_json` reads the same schema back."""
        return {
            "number": self.number,
            "geometry": self.geometry.value,
            "key": self.key,
            "vertical_datum": self.vertical_datum,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "fields": [_field_json(field) for field in self.fields],
            **({} if self.asset is None else {"asset": self.asset.value}),
            **({} if self.named_by is None else {"named_by": list(self.named_by)}),
        }

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Schema:
        """Read `as_json` back."""
        fields = value["fields"]
        assert isinstance(fields, list)
        return cls(
            fields=tuple(_field_of(item) for item in fields),
            geometry=GeometryKind(str(value.get("geometry", "any"))),
            key=_optional(value.get("key")),
            vertical_datum=_optional(value.get("vertical_datum")),
            valid_from=_optional(value.get("valid_from")),
            valid_to=_optional(value.get("valid_to")),
            number=int(str(value.get("number", 1))),
            asset=AssetKind(str(value["asset"])) if value.get("asset") else None,
            named_by=_names(value.get("named_by")),
        )


def _names(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    assert isinstance(value, list)
    return tuple(str(name) for name in value)


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _field_json(field: Field) -> dict[str, object]:
    return {
        "name": field.name,
        "kind": field.kind.value,
        "title": field.title.as_json(),
        "required": field.required,
        "unique": field.unique,
        "codes": [{"value": code.value, "title": code.title.as_json()} for code in field.codes],
        "unit": field.unit,
        "digits": field.digits,
        "scale": field.scale,
        "slot": field.slot,
        **field.constraint.as_json(),
    }


def _field_of(item: dict[str, object]) -> Field:
    codes = item.get("codes") or []
    assert isinstance(codes, list)
    return Field(
        name=str(item["name"]),
        kind=Kind(str(item["kind"])),
        title=Text.from_json(item.get("title") or item["name"]),
        required=bool(item.get("required")),
        unique=bool(item.get("unique")),
        codes=tuple(Code(str(code["value"]), Text.from_json(code["title"])) for code in codes),
        unit=_optional(item.get("unit")),
        digits=int(str(item.get("digits") or 0)),
        scale=int(str(item.get("scale") or 0)),
        slot=int(str(item.get("slot") or 0)),
        constraint=Constraint.from_json(item),
    )
