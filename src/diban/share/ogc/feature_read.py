"""A request for features, understood: which version of which layer, which of its rows, in which CRS."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from diban.base import Base, Query, Snapshot
from diban.ground import AllOf, Crs, Predicate
from diban.share.http.conditional import CACHING, tag_of
from diban.share.offered.desk import Asked
from diban.share.parameters.bbox import parse_bbox, widened
from diban.share.parameters.crs import parse_output_crs
from diban.share.parameters.filters import parse_filters
from diban.share.parameters.given import parameters_of, require_known
from diban.share.parameters.limit import parse_limit
from diban.share.parameters.parameter import Parameter
from diban.share.parameters.properties import parse_properties
from diban.share.parameters.sortby import parse_sortby
from diban.share.parameters.valid_time import parse_valid_time
from diban.share.parameters.version import parse_moment


@dataclass(frozen=True, slots=True)
class FeatureRead:
    """As far as which version is read in which CRS; `query_of` tells the rows."""

    asked: Asked
    snapshot: Snapshot
    given: dict[str, str]
    crs: Crs

    def tag(self, *parts: object) -> str:
        """The entity tag: also over what the body says of the resource, and in which language."""
        resource = self.asked.offered.resource
        return tag_of(self.snapshot, resource.revision, self.asked.language, *parts)

    def headers(self, tag: str) -> dict[str, str]:
        """What stands on every answer made of it."""
        return {"ETag": tag, "Cache-Control": CACHING, "Content-Crs": f"<{self.crs.uri}>"}

    def attribution(self) -> dict[str, Any]:
        """Source, licence and the version that is read (注明来源)."""
        version = self.snapshot.version
        known = self.asked.offered.attribution(self.asked.language)
        return {**known, "version": None if version is None else version.id}


def read_features(
    base: Base, asked: Asked, known: Sequence[Parameter], seconds: float | None, *, filtered: bool = True
) -> FeatureRead:
    """What is asked for; `Invalid` for a parameter that is neither ``known`` nor, ``filtered``, a field.

    ``seconds`` is how long reading may take, None: as long as whoever asked stays.
    """
    given = parameters_of(asked.request)
    moment = parse_moment(given)
    if seconds is None:
        snapshot = base.at(asked.offered.id, moment, asked.scope)
    else:
        snapshot = base.served(asked.offered.id, moment, asked.scope, seconds)
    fields = snapshot.schema.names() if filtered else []
    require_known(given, [*(parameter.name for parameter in known), *fields])
    return FeatureRead(asked, snapshot, given, parse_output_crs(given.get("crs")))


def query_of(read: FeatureRead, reserved: Collection[str]) -> Query:
    """The rows that are asked for; names among ``reserved`` are parameters, not fields."""
    given, schema = read.given, read.snapshot.schema
    conditions: tuple[Predicate | None, ...] = (
        parse_filters(given, schema, reserved),
        parse_valid_time(given.get("datetime"), read.asked.offered.layer.schema),
    )
    wanted = tuple(condition for condition in conditions if condition is not None)
    return Query(
        bbox=widened(parse_bbox(given.get("bbox"), given.get("bbox-crs")), read.snapshot.scope.decimals),
        where=AllOf(wanted) if wanted else None,
        fields=parse_properties(given.get("properties"), schema),
        order=parse_sortby(given.get("sortby"), schema),
        limit=parse_limit(given.get("limit")),
        after=given.get("after"),
    )
