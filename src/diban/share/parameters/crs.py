"""``crs``: in which CRS and axis order coordinates are answered (Features Part 2)."""

from __future__ import annotations

from diban.ground import CRS84, SUPPORTED, Crs, Invalid, Text, parse_crs
from diban.share.parameters.parameter import Parameter

CRS_SCHEMA = {
    "type": "string",
    "format": "uri",
    "enum": [crs.uri for crs in SUPPORTED],
    "default": CRS84.uri,
}
CRS = Parameter("crs", Text(zh="输出坐标系", en="CRS of the answer"), CRS_SCHEMA)


def parse_output_crs(text: str | None) -> Crs:
    """The CRS of the answer; CRS84 when the parameter is absent."""
    return crs_of(text, "crs")


def crs_of(text: str | None, parameter: str) -> Crs:
    """The CRS that a parameter names; CRS84 when it is absent."""
    if text is None:
        return CRS84
    try:
        return parse_crs(text)
    except Invalid as fault:
        raise Invalid(fault.message, field=parameter, limit=fault.limit, remedy=fault.remedy) from fault
