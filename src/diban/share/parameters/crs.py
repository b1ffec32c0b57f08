"""``crs``: in which CRS and axis order coordinates are answered (Features Part 2)."""

from __future__ import annotations

from diban.ground import CRS84, Crs, parse_crs


def parse_output_crs(text: str | None) -> Crs:
    """The CRS of the answer; CRS84 when the parameter is absent."""
    return CRS84 if text is None else parse_crs(text)
