"""``version`` and ``known-at``: the platform's own time: which version, or as of when."""

from __future__ import annotations

from collections.abc import Mapping

from diban.ground import Moment, Text, VersionId
from diban.share.parameters.instants import parse_instant
from diban.share.parameters.parameter import Parameter

VERSION = Parameter("version", Text(zh="版本号", en="id of a version"))
KNOWN_AT = Parameter(
    "known-at",
    Text(zh="平台当时所知：该时刻的当前版本", en="as the platform knew it at this instant"),
    {"type": "string", "format": "date-time"},
)
_LONGEST = 64


def parse_moment(given: Mapping[str, str]) -> Moment:
    """The moment in the platform's own time; the present version when neither is given."""
    version, known = given.get("version"), given.get("known-at")
    return Moment(
        version=None if version is None else VersionId(version[:_LONGEST]),
        known_at=None if known is None else parse_instant(known, "known-at"),
    )
