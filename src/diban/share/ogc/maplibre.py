"""A style as MapLibre style layers (MapLibre style specification, version 8).

The portal draws the same layers from the same style (``portal/src/map/styled.ts``); one file of cases
holds both to it.
"""

from __future__ import annotations

from typing import Any

from diban.catalogue import ByClass, ByValue, Style
from diban.ground import GeometryKind

MAPLIBRE = "application/vnd.mapbox.style+json"
_LAST_ZOOM = 24
_INK, _HALO = "#3d464d", "#ffffff"
Expression = str | list[Any]


def maplibre_layers(style: Style, geometry: GeometryKind, source: str) -> list[dict[str, Any]]:
    """The style layers of a layer, from the ground up; ``source`` is the name of source and tile layer."""
    made: list[dict[str, Any]] = []
    if geometry in (GeometryKind.POLYGON, GeometryKind.ANY):
        made += _area(style)
    if geometry in (GeometryKind.LINE, GeometryKind.ANY):
        made.append(_line(style))
    if geometry in (GeometryKind.POINT, GeometryKind.ANY):
        made.append(_point(style))
    placed = geometry is not GeometryKind.NONE
    if placed and style.label is not None and style.label.from_zoom < style.zooms.last:
        made.append(_label(style, geometry))
    return [_placed(layer, style, source) for layer in made]


def _placed(layer: dict[str, Any], style: Style, source: str) -> dict[str, Any]:
    """The layer with its source and zooms."""
    first = max(style.zooms.first, layer.pop("minzoom", 0))
    last = {} if style.zooms.last >= _LAST_ZOOM else {"maxzoom": style.zooms.last}
    part = layer.pop("id")
    return {
        "id": f"{source}|{part}",
        "source": source,
        "source-layer": source,
        "minzoom": first,
        **last,
        **layer,
    }


def _area(style: Style) -> list[dict[str, Any]]:
    area, colour = style.area, colour_of(style)
    paint = {"fill-color": colour, "fill-opacity": area.opacity * style.opacity}
    fill = {"id": "fill", "type": "fill", "filter": _only("Polygon"), "paint": paint}
    if not area.width:
        return [fill]
    edge = {
        "line-color": area.outline or colour,
        "line-opacity": style.opacity,
        "line-width": area.width,
    }
    layout = {"line-join": "round"}
    return [
        fill,
        {"id": "edge", "type": "line", "filter": _only("Polygon"), "layout": layout, "paint": edge},
    ]


def _line(style: Style) -> dict[str, Any]:
    paint = {"line-color": colour_of(style), "line-opacity": style.opacity, "line-width": style.line.width}
    layout = {"line-cap": "round", "line-join": "round"}
    return {"id": "line", "type": "line", "filter": _only("LineString"), "layout": layout, "paint": paint}


def _point(style: Style) -> dict[str, Any]:
    point = style.point
    paint = {
        "circle-color": colour_of(style),
        "circle-radius": point.radius,
        "circle-opacity": style.opacity,
        "circle-stroke-color": point.outline,
        "circle-stroke-width": point.width,
        "circle-stroke-opacity": style.opacity,
    }
    return {"id": "dot", "type": "circle", "filter": _only("Point"), "paint": paint}


def _label(style: Style, geometry: GeometryKind) -> dict[str, Any]:
    label = style.label
    assert label is not None
    layout: dict[str, Any] = {
        "text-field": ["to-string", ["coalesce", ["get", label.field], ""]],
        "text-size": label.size,
        "text-max-width": 7,
        "text-padding": 6,
    }
    if geometry is GeometryKind.LINE:
        layout |= {"symbol-placement": "line"}
    if geometry is GeometryKind.POINT:
        layout |= {"text-anchor": "top", "text-offset": [0, 0.6], "text-optional": True}
    paint = {
        "text-color": _INK,
        "text-halo-color": _HALO,
        "text-halo-width": 1.4,
        "text-opacity": style.opacity,
    }
    return {"id": "label", "type": "symbol", "minzoom": label.from_zoom, "layout": layout, "paint": paint}


def colour_of(style: Style) -> Expression:
    """The colour of a feature, as an expression over its fields."""
    colouring = style.colouring
    if isinstance(colouring, ByValue):
        pairs = [part for one in colouring.values for part in (one.value, one.colour)]
        return ["match", ["to-string", ["get", colouring.field]], *pairs, style.colour]
    if isinstance(colouring, ByClass):
        first, *rest = colouring.classes
        steps = [
            part for bound, one in zip(colouring.breaks, rest, strict=True) for part in (bound, one.colour)
        ]
        number = ["to-number", ["get", colouring.field], 0]
        return ["case", ["has", colouring.field], ["step", number, first.colour, *steps], style.colour]
    return style.colour


def _only(kind: str) -> list[Any]:
    return ["==", ["geometry-type"], kind]
