"""Schemas: what a field may be called, what goes together, and the way to JSON and back."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.ground import GEOMETRY, Check, Code, Constraint, Field, GeometryKind, Invalid, Kind, Schema, Text

unhurried = settings(deadline=None)

TITLE = Text(zh="字段", en="field")
texts = st.builds(Text, st.text(min_size=1), st.text(min_size=1))
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda name: not name.startswith("_") and name != GEOMETRY
)


BOUNDS = {
    Kind.INTEGER: ["-5", "0", "9000000000000000000"],
    Kind.DECIMAL: ["0", "0.0"],
    Kind.FLOAT: ["-1e9", "0", "0.25"],
    Kind.DATE: ["1900-01-01", "2026-02-28"],
    Kind.INSTANT: ["1900-01-01T00:00:00Z", "2026-02-28T08:00:00.000001Z"],
}


@st.composite
def constraints(draw: st.DrawFn, kind: Kind) -> Constraint:
    """Any constraint that holds for a field of that kind."""
    if kind is Kind.TEXT:
        pattern = st.sampled_from(["[0-9]{6}", "a|b", r"\p{Han}+"])
        reference = st.sampled_from(["districts", "street-offices"])
        return Constraint(
            pattern=draw(st.none() | pattern),
            check=draw(st.none() | st.sampled_from(Check)),
            reference=draw(st.none() | reference),
        )
    bounds = draw(st.lists(st.sampled_from(BOUNDS.get(kind, ["0"])), max_size=2)) if kind in BOUNDS else []
    ends = sorted(bounds, key=BOUNDS[kind].index) if bounds else []
    return Constraint(minimum=ends[0] if ends else None, maximum=ends[1] if len(ends) == 2 else None)


@st.composite
def fields(draw: st.DrawFn, name: str) -> Field:
    """Any field of that name."""
    kind = draw(st.sampled_from(Kind))
    digits = draw(st.integers(1, 18)) if kind is Kind.DECIMAL else 0
    return Field(
        name,
        kind,
        draw(texts),
        required=draw(st.booleans()),
        unique=draw(st.booleans()),
        codes=tuple(draw(st.lists(st.builds(Code, st.text(), texts), max_size=3))),
        unit=draw(st.none() | st.text()),
        digits=digits,
        scale=draw(st.integers(0, digits)),
        slot=draw(st.integers(0, 500)),
        constraint=draw(constraints(kind)),
    )


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Any schema."""
    called = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    made = tuple(draw(fields(name)) for name in called)
    timely = [field.name for field in made if field.kind in (Kind.DATE, Kind.INSTANT)]
    return Schema(
        made,
        geometry=draw(st.sampled_from(GeometryKind)),
        key=draw(st.none() | st.sampled_from(called)),
        vertical_datum=draw(st.none() | st.text()),
        valid_from=draw(st.sampled_from([None, *timely])),
        valid_to=draw(st.sampled_from([None, *timely])),
        number=draw(st.integers(1, 1000)),
    )


@unhurried
@given(schemas())
def test_a_schema_comes_back_from_json_as_it_was(schema: Schema) -> None:
    assert Schema.from_json(orjson.loads(orjson.dumps(schema.as_json()))) == schema


def test_a_written_schema_may_leave_out_what_has_a_default() -> None:
    read = Schema.from_json({"fields": [{"name": "code", "kind": "text"}]})
    assert read == Schema((Field("code", Kind.TEXT, Text(zh="code", en="code")),))


@unhurried
@given(schemas())
def test_batches_have_the_fields_then_the_geometry(schema: Schema) -> None:
    arrow = schema.arrow()
    assert arrow.names[: len(schema.fields)] == schema.names()
    assert [arrow.field(f.name).type for f in schema.fields] == [f.arrow_type() for f in schema.fields]
    table = schema.geometry is GeometryKind.NONE
    assert arrow.names[len(schema.fields) :] == ([] if table else [GEOMETRY])


def test_every_kind_is_exact_in_arrow() -> None:
    def kind(of: Kind, digits: int = 0, scale: int = 0) -> pa.DataType:
        return Field("a", of, TITLE, digits=digits, scale=scale).arrow_type()

    assert kind(Kind.INTEGER) == pa.int64()
    assert kind(Kind.DECIMAL, 18, 4) == pa.decimal128(18, 4)
    assert kind(Kind.DECIMAL) == pa.decimal128(18, 0)
    assert kind(Kind.INSTANT) == pa.timestamp("us", tz="UTC")
    assert kind(Kind.DATE) == pa.date32()


@pytest.mark.parametrize("name", ["", "_row", "geometry", "x" * 129])
def test_reserved_and_endless_names_are_refused(name: str) -> None:
    with pytest.raises(Invalid, match="field name"):
        Field(name, Kind.TEXT, TITLE)


@pytest.mark.parametrize(("digits", "scale"), [(19, 0), (5, 6), (0, 1), (5, -1)])
def test_decimals_keep_within_eighteen_digits(digits: int, scale: int) -> None:
    with pytest.raises(Invalid) as refused:
        Field("price", Kind.DECIMAL, TITLE, digits=digits, scale=scale)
    assert refused.value.limit == 18


def test_names_are_unique_and_what_is_named_exists() -> None:
    code, since = Field("code", Kind.TEXT, TITLE), Field("since", Kind.DATE, TITLE)
    with pytest.raises(Invalid, match="code"):
        Schema((code, code))
    plain = Schema((code, since))
    with pytest.raises(Invalid, match="id"):
        replace(plain, key="id")
    with pytest.raises(Invalid, match="id"):
        replace(plain, valid_from="id")
    with pytest.raises(Invalid, match="id"):
        replace(plain, valid_to="id")


def test_valid_time_is_a_date_or_an_instant() -> None:
    code, since = Field("code", Kind.TEXT, TITLE), Field("since", Kind.DATE, TITLE)
    assert Schema((code, since), valid_from="since").valid_from == "since"
    with pytest.raises(Invalid) as refused:
        Schema((code, since), valid_to="code")
    assert refused.value.field == "code"


def test_a_field_is_found_by_its_name_or_refused() -> None:
    schema = Schema((Field("code", Kind.TEXT, TITLE), Field("floors", Kind.INTEGER, TITLE)))
    assert schema.field("floors").kind is Kind.INTEGER
    with pytest.raises(Invalid) as refused:
        schema.field("Floors")
    assert refused.value.limit == "code, floors"
    assert schema.numbered(3).number == 3


@pytest.mark.parametrize(
    ("kind", "constraint", "field"),
    [
        (Kind.INTEGER, {"minimum": "1.5"}, "fields.minimum | maximum"),
        (Kind.FLOAT, {"maximum": "nan"}, "fields.minimum | maximum"),
        (Kind.DATE, {"minimum": "yesterday"}, "fields.minimum | maximum"),
        (Kind.TEXT, {"minimum": "0"}, "fields.minimum | maximum"),
        (Kind.BOOLEAN, {"maximum": "1"}, "fields.minimum | maximum"),
        (Kind.INTEGER, {"minimum": 3, "maximum": 2}, "fields.minimum"),
        (Kind.INTEGER, {"pattern": "[0-9]+"}, "fields.pattern"),
        (Kind.TEXT, {"pattern": "(?=a)b"}, "fields.pattern"),
        (Kind.TEXT, {"pattern": "a" * 201}, "fields.pattern"),
        (Kind.TEXT, {"check": "horoscope"}, "fields.check"),
        (Kind.DATE, {"check": "credit-code"}, "fields.check"),
        (Kind.TEXT, {"reference": "No Slug"}, "fields.reference"),
    ],
)
def test_a_constraint_that_cannot_be_meant_is_refused(
    kind: Kind, constraint: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        Schema.from_json({"fields": [{"name": "code", "kind": kind.value, **constraint}]})
    assert refused.value.field == field
    assert refused.value.remedy is not None
