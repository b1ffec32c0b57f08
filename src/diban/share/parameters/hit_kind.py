"""``kind``: whether resources of the catalogue are looked for, or places on the map."""

from __future__ import annotations

from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter

RESOURCE, PLACE = "resource", "place"
KINDS = (RESOURCE, PLACE)
KIND = Parameter(
    "kind",
    Text(zh="只找资源或地点；不写则都找", en="resources or places only; else both"),
    {"type": "string", "enum": [*KINDS]},
)


def parse_kinds(text: str | None) -> tuple[str, ...]:
    """The kinds that are looked for; `Invalid` for another one."""
    if text is None:
        return KINDS
    if text not in KINDS:
        raise Invalid(
            Text(zh="没有这一类检索结果", en="there is no such kind of hit"),
            field="kind",
            limit=", ".join(KINDS),
            remedy=Text(zh="去掉 kind 则都找", en="leave it out to look for both"),
        )
    return (text,)
