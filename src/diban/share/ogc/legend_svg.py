"""A legend as a picture (SVG), for maps that are printed or put together elsewhere."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape

from diban.catalogue import Legend, Style
from diban.ground import GeometryKind

SVG = "image/svg+xml"
_LINE, _MARGIN, _MARK, _WORDS = 22, 12, 22, 42
_WIDE, _NARROW = 14.0, 8.0
"""Pixels that a letter of 14 pixels takes at most: a Chinese one, any other."""
_INK, _EDGE = "#1c2329", "#8b949b"


def legend_svg(legend: Legend, style: Style, geometry: GeometryKind, title: str, language: str) -> str:
    """The layer's title, the field with its unit, and a line for each colour; fonts are the reader's own."""
    heading = legend.full_heading
    words = [] if heading is None else [heading.in_language(language)]
    entries = [(entry.colour, entry.title.in_language(language)) for entry in legend.entries]
    lines = [f'<text x="{_MARGIN}" y="{_baseline(0)}" font-weight="600">{_safe(title)}</text>']
    lines += [f'<text x="{_MARGIN}" y="{_baseline(1)}" fill="#65707a">{_safe(text)}</text>' for text in words]
    for place, (colour, text) in enumerate(entries, 1 + len(words)):
        lines.append(_mark(colour, style, geometry, _MARGIN + place * _LINE))
        lines.append(f'<text x="{_MARGIN + _WORDS}" y="{_baseline(place)}">{_safe(text)}</text>')
    height = 2 * _MARGIN + _LINE * (1 + len(words) + len(entries))
    widest = max(
        _length(title), *(_length(text) for text in words), *(_WORDS + _length(text) for _, text in entries)
    )
    size = f'width="{widest + 2 * _MARGIN:.0f}" height="{height}"'
    font = f'font-family="sans-serif" font-size="14" fill="{_INK}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>'
        f"<title>{_safe(title)}</title>{''.join(lines)}</svg>"
    )


def _mark(colour: str, style: Style, geometry: GeometryKind, top: int) -> str:
    """The sign of one colour, drawn as the layer's features are."""
    middle = top + _LINE / 2
    if geometry is GeometryKind.LINE:
        width = min(style.line.width, 8)
        end = _MARGIN + _MARK + 8
        return f'<path d="M{_MARGIN} {middle}H{end}" stroke="{colour}" stroke-width="{width:g}"/>'
    if geometry is GeometryKind.POINT:
        radius = min(style.point.radius, 8)
        rim = f'stroke="{_EDGE}" stroke-width="0.8"'
        return f'<circle cx="{_MARGIN + 15}" cy="{middle}" r="{radius:g}" fill="{colour}" {rim}/>'
    cover = style.area.opacity * style.opacity
    box = f'x="{_MARGIN}.5" y="{middle - 7}" width="29" height="14"'
    return f'<rect {box} fill="{colour}" fill-opacity="{cover:g}" stroke="{_EDGE}" stroke-width="0.8"/>'


def _baseline(place: int) -> int:
    return _MARGIN + place * _LINE + 16


def _length(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(letter) in "FWA" for letter in text)
    return wide * _WIDE + (len(text) - wide) * _NARROW


def _safe(text: str) -> str:
    """Text that XML can hold: without control characters, which XML has no way to write."""
    return escape("".join(letter for letter in text if letter.isprintable()))
