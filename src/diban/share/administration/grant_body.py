"""What is sent to give a grant, and to withdraw one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import shapely
from pydantic import BaseModel, ConfigDict, Field

from diban.governance import limits_from_json
from diban.ground import Invalid, Mask, Text
from diban.share.http.body_text import BodyText
from diban.share.port import NewGrant

MOST_FIELDS = 1000
_Words = Annotated[BodyText, Field(min_length=1, max_length=500)]
_FieldName = Annotated[BodyText, Field(min_length=1, max_length=120)]
_Zoom = Annotated[int, Field(ge=0, le=24)]


class Limits(BaseModel):
    """What of the layer is granted; whatever is left out sets no limit.

    ``fields`` are the visible ones; ``rows`` a condition as CQL2-JSON; ``bbox`` the box that a feature
    meets (west, south, east, north); ``decimals`` those of a degree to which coordinates are rounded;
    ``masks`` fields shown in part; ``min_zoom`` and ``max_zoom`` the levels at which tiles are answered.
    """

    model_config = ConfigDict(extra="forbid")

    fields: Annotated[list[_FieldName], Field(min_length=1, max_length=MOST_FIELDS)] | None = None
    rows: dict[str, Any] | None = None
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None
    decimals: Annotated[int, Field(ge=0, le=15)] | None = None
    masks: Annotated[dict[_FieldName, Mask], Field(max_length=MOST_FIELDS)] = {}
    min_zoom: _Zoom | None = None
    max_zoom: _Zoom | None = None


class NewGrantBody(BaseModel):
    """A grant: to which party (id, code or Chinese name; null: everybody), of which layer (its slug), what
    for, on which basis, within which limits, through which day of the city (null: until withdrawn)."""

    model_config = ConfigDict(extra="forbid")

    party: _FieldName | None
    layer: _FieldName
    purpose: _Words
    basis: _Words
    last_day: Annotated[date, Field(le=date(2999, 12, 31))] | None = None
    limits: Limits = Limits()

    def as_wanted(self) -> NewGrant:
        """What governance is asked for; `Invalid` where the limits are none."""
        told = self.limits
        limits = limits_from_json(
            {
                "fields": told.fields,
                "rows": told.rows,
                "area": None if told.bbox is None else _area(told.bbox),
                "decimals": told.decimals,
                "masks": {name: mask.value for name, mask in told.masks.items()},
                "min_zoom": told.min_zoom,
                "max_zoom": told.max_zoom,
            }
        )
        if limits.min_zoom > limits.max_zoom:
            raise Invalid(
                Text(zh="最小级别大于最大级别", en="the first level lies above the last"),
                field="min_zoom",
                limit=limits.max_zoom,
            )
        return NewGrant(self.party or "", self.layer, limits, self.purpose, self.basis, self.last_day)


class WithdrawalBody(BaseModel):
    """Why a grant is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    why: _Words


def _area(bbox: list[float]) -> str:
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Invalid(
            Text(zh="范围应为西、南、东、北四个经纬度", en="a box is west, south, east and north in degrees"),
            field="bbox",
            limit="-180,-90,180,90",
            remedy=Text(zh="西小于东，南小于北", en="west below east, south below north"),
        )
    return bytes(shapely.to_wkb(shapely.box(west, south, east, north))).hex()
