"""Styles with what they are drawn as: the services and the portal are both held to these.

``python -m tests.share.style_cases`` writes the file that the portal's tests read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from diban.catalogue import RAMPS, Style, default_style, legend_of
from diban.ground import GeometryKind, Schema
from diban.share.ogc.maplibre import maplibre_layers
from tests.catalogue.test_style import BY_CLASS, BY_VALUE, SCHEMA

FILE = Path(__file__).parents[2] / "portal" / "test" / "styles.json"
LISTED = {"by": "value", "field": "listed", "values": [{"value": "true", "colour": "#cc0000"}]}
SAID: tuple[tuple[GeometryKind, dict[str, Any]], ...] = (
    (GeometryKind.POLYGON, {"colouring": BY_VALUE, "label": {"field": "name"}, "opacity": 0.5}),
    (GeometryKind.POLYGON, {"colouring": BY_CLASS, "area": {"outline": "#ffffff", "width": 0}}),
    (GeometryKind.POLYGON, {"label": {"field": "name", "from_zoom": 14}, "zooms": {"first": 9, "last": 14}}),
    (GeometryKind.LINE, {"line": {"width": 3.5}, "label": {"field": "name"}, "zooms": {"first": 16}}),
    (GeometryKind.LINE, {"colouring": BY_CLASS}),
    (GeometryKind.POINT, {"colouring": BY_VALUE, "point": {"radius": 8}, "label": {"field": "height"}}),
    (GeometryKind.POINT, {"colouring": LISTED}),
    (GeometryKind.ANY, {"colour": "#123456", "area": {"opacity": 0.3}}),
)  # fmt: skip


def cases() -> list[dict[str, Any]]:
    """Each style in its own form, with its layers in MapLibre's and its legend."""
    styles = [(geometry, Style.from_json(said)) for geometry, said in SAID]
    styles += [(geometry, default_style(SCHEMA)) for geometry in GeometryKind]
    return [_case(geometry, style, SCHEMA) for geometry, style in styles]


def ramps() -> list[dict[str, Any]]:
    """Every ramp with what it gives for some numbers of colours."""
    return [
        {
            "kind": ramp.kind.value,
            "colours": list(ramp.colours),
            "of": {str(count): list(ramp.of(count)) for count in (1, 2, 3, 4, 7, 11)},
        }
        for ramp in RAMPS
    ]


def written() -> bytes:
    """The file of cases."""
    fields = [
        {
            "name": field.name,
            "kind": field.kind.value,
            "title": field.title.as_json(),
            "unit": field.unit,
            "codes": [{"value": code.value, "title": code.title.as_json()} for code in field.codes],
        }
        for field in SCHEMA.fields
    ]
    body = {"fields": fields, "cases": cases(), "ramps": ramps()}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _case(geometry: GeometryKind, style: Style, schema: Schema) -> dict[str, Any]:
    legend = legend_of(style, schema)
    heading = legend.full_heading
    return {
        "geometry": geometry.value,
        "style": style.as_json(),
        "layers": maplibre_layers(style, geometry, "plots"),
        "legend": {
            "heading": None if heading is None else heading.as_json(),
            "entries": [entry.as_json() for entry in legend.entries],
        },
    }


if __name__ == "__main__":
    FILE.write_bytes(written())
