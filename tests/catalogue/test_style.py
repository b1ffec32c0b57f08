"""Styles as values: read and written, refused with the part named, defaults, and what colours mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from diban.catalogue import RAMPS, ByClass, ByValue, Label, RampKind, Style, default_style, legend_of
from diban.ground import Code, Constraint, Field, GeometryKind, Invalid, Kind, Schema, Text

CODES = tuple(
    Code(value, Text(zh=zh, en=en))
    for value, zh, en in (("01", "住宅", "Housing"), ("02", "商业", "Shops"), ("03", "工业", "Works"))
)
SCHEMA = Schema(
    (
        Field("code", Kind.TEXT, Text(zh="编号", en="Code"), unique=True),
        Field("name", Kind.TEXT, Text(zh="名称", en="Name")),
        Field("use", Kind.TEXT, Text(zh="用途", en="Use"), codes=CODES),
        Field("floors", Kind.INTEGER, Text(zh="层数", en="Floors"), constraint=Constraint("0", "100")),
        Field("height", Kind.DECIMAL, Text(zh="高度", en="Height"), unit="m", digits=6, scale=2),
        Field("listed", Kind.BOOLEAN, Text(zh="保护", en="Listed")),
        Field("built", Kind.DATE, Text(zh="竣工", en="Built")),
    ),
    geometry=GeometryKind.POLYGON,
    key="code",
)
BY_VALUE = {
    "by": "value",
    "field": "use",
    "values": [
        {"value": "01", "colour": "#0072b2"},
        {"value": "09", "colour": "#d55e00", "title": {"zh": "空地", "en": "Vacant"}},
        {"value": "10", "colour": "#009e73"},
    ],
}
BY_CLASS = {
    "by": "class",
    "field": "height",
    "breaks": [24, 100.5],
    "classes": [
        {"colour": "#eff3ff"},
        {"colour": "#6baed6"},
        {"colour": "#08519c", "title": {"zh": "超高层", "en": "Towers"}},
    ],
}


def styled(**said: Any) -> Style:
    """A style from its JSON form."""
    return Style.from_json(said)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"colouring": BY_VALUE, "label": {"field": "name"}, "opacity": 0.5},
        {"colouring": BY_CLASS, "area": {"outline": "#ffffff", "width": 0}, "zooms": {"first": 10}},
        {"line": {"width": 3.5}, "point": {"radius": 8, "outline": "#000000", "width": 2}},
    ],
)
def test_what_is_written_is_read_back(said: dict[str, Any]) -> None:
    made = styled(**said)
    made.check(SCHEMA)
    assert Style.from_json(made.as_json()) == made


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "colour"),
    ({"colour": "#FFFFFF"}, "colour"),
    ({"colour": None}, "colour"),
    ({"colour": "#0072b2;}"}, "colour"),
    ({"what": 1}, "style.what"),
    ({"opacity": 0}, "opacity"),
    ({"opacity": float("nan")}, "opacity"),
    ({"opacity": True}, "opacity"),
    ({"area": {"width": 21}}, "area.width"),
    ({"area": {"opacity": "1"}}, "area.opacity"),
    ({"area": {"outline": "none"}}, "area.outline"),
    ({"area": []}, "area"),
    ({"line": {"width": 0}}, "line.width"),
    ({"point": {"radius": 1e9}}, "point.radius"),
    ({"point": {"colour": "#000000"}}, "point.colour"),
    ({"label": {"field": "nothing"}}, "label.field"),
    ({"label": {"size": 12}}, "label.field"),
    ({"label": {"field": "name", "size": 7}}, "label.size"),
    ({"zooms": {"first": 12, "last": 12}}, "zooms.first"),
    ({"zooms": {"last": 25}}, "zooms.last"),
    ({"colouring": None}, "colouring.by"),
    ({"colouring": {"by": "magic"}}, "colouring.by"),
    ({"colouring": {"by": "single", "field": "use"}}, "colouring.field"),
    ({"colouring": {**BY_VALUE, "field": "height"}}, "colouring.field"),
    ({"colouring": {**BY_VALUE, "field": ["use"]}}, "colouring.field"),
    ({"colouring": {**BY_VALUE, "values": []}}, "colouring.values"),
    ({"colouring": {**BY_VALUE, "values": [BY_VALUE["values"][0]] * 2}}, "colouring.values"),
    (
        {"colouring": {**BY_VALUE, "values": [{"value": str(k), "colour": "#000000"} for k in range(41)]}},
        "colouring.values",
    ),
    ({"colouring": {**BY_VALUE, "values": [{"value": 1, "colour": "#000000"}]}}, "colouring.values.value"),
    (
        {
            "colouring": {
                **BY_VALUE,
                "values": [{"value": "1", "colour": "#000000", "title": {"zh": "一", "en": ""}}],
            }
        },
        "colouring.values.title.en",
    ),
    ({"colouring": {**BY_VALUE, "values": [{"value": "", "colour": "#000000"}]}}, "colouring.values.value"),
    ({"colouring": {**BY_CLASS, "field": "use"}}, "colouring.field"),
    ({"colouring": {**BY_CLASS, "field": "built"}}, "colouring.field"),
    ({"colouring": {**BY_CLASS, "breaks": [5, 5]}}, "colouring.breaks"),
    ({"colouring": {**BY_CLASS, "breaks": [9, 5]}}, "colouring.breaks"),
    ({"colouring": {**BY_CLASS, "breaks": [5, float("inf")]}}, "colouring.breaks"),
    ({"colouring": {**BY_CLASS, "breaks": [5, 10**400]}}, "colouring.breaks"),
    ({"colouring": {**BY_CLASS, "breaks": [5]}}, "colouring.classes"),
    (
        {"colouring": {**BY_CLASS, "breaks": list(range(40)), "classes": [{"colour": "#000000"}] * 41}},
        "colouring.breaks",
    ),
    ({"colouring": {**BY_CLASS, "classes": [{"colour": "#00"}] * 3}}, "colouring.classes.colour"),
]


@pytest.mark.parametrize(("said", "part"), REFUSED)
def test_what_does_not_hold_is_refused_with_its_part(said: dict[str, Any], part: str) -> None:
    with pytest.raises(Invalid) as refused:
        styled(**said).check(SCHEMA)
    assert refused.value.field == part
    assert refused.value.limit is not None
    assert refused.value.remedy is not None
    assert refused.value.remedy.zh != refused.value.remedy.en


@pytest.mark.parametrize("geometry", list(GeometryKind))
@pytest.mark.parametrize("field", [None, *SCHEMA.names()])
def test_every_geometry_and_field_has_a_default_that_holds(geometry: GeometryKind, field: str | None) -> None:
    schema = replace(SCHEMA, geometry=geometry)
    made = default_style(schema, field)
    made.check(schema)
    assert made.label == Label("name")
    by = {"use": ByValue, "listed": ByValue, "floors": ByClass, None: ByValue}.get(field, type(None))
    assert isinstance(made.colouring, by)
    assert legend_of(made, schema).entries


def test_a_default_goes_by_codes_then_by_declared_bounds() -> None:
    first = default_style(SCHEMA).colouring
    assert isinstance(first, ByValue)
    assert [one.value for one in first.values] == ["01", "02", "03"]
    bare = replace(SCHEMA, fields=tuple(field for field in SCHEMA.fields if field.name != "use"))
    classes = default_style(bare).colouring
    assert isinstance(classes, ByClass)
    assert classes.breaks == (20, 40, 60, 80)
    plain = replace(bare, fields=bare.fields[:2])
    assert default_style(plain).colouring is None


def test_a_legend_takes_titles_from_codes_or_the_style_and_names_the_unit() -> None:
    told = legend_of(styled(colouring=BY_VALUE), SCHEMA)
    assert [entry.title.en for entry in told.entries] == ["Housing", "Vacant", "10", "Other"]
    assert (told.heading, told.unit) == (Text(zh="用途", en="Use"), None)
    told = legend_of(styled(colouring=BY_CLASS, colour="#999999"), SCHEMA)
    assert [entry.title.zh for entry in told.entries] == ["< 24", "24 – 100.5", "超高层", "无值"]
    assert told.full_heading == Text(zh="高度（m）", en="Height (m)")
    assert told.entries[-1].colour == "#999999"
    assert [entry.colour for entry in legend_of(styled(), SCHEMA).entries] == [Style().colour]


@pytest.mark.parametrize("ramp", RAMPS, ids=lambda ramp: ramp.name)
def test_a_ramp_gives_as_many_colours_as_are_asked_for(ramp: Any) -> None:
    for count in (1, 2, 5, 9, 40):
        assert len(ramp.of(count)) == count
    assert ramp.of(len(ramp.colours)) == ramp.colours
    if ramp.kind is not RampKind.CATEGORIES:
        assert len(set(ramp.of(9))) == 9
