"""Grants as JSON, and what can be granted on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import shapely

from diban.catalogue import Resource, ResourceLayer
from diban.governance import Asker, Grant, GrantState, grants_on, limits_json, state_of
from diban.ground import LayerId, LayerScope, Mask, Text, fields_of
from diban.share.administration.named import Register
from diban.share.deliveries.document import iso
from diban.share.offered.titled import titled

MASKS = {
    Mask.HIDE: Text(zh="不显示", en="not shown"),
    Mask.ENDS: Text(zh="只显示首尾字符", en="first and last character"),
    Mask.TOKEN: Text(zh="以代码代替", en="a code in its place"),
}


def grant_document(
    grant: Grant,
    asker: Asker,
    known: Mapping[LayerId, Resource],
    register: Register,
    moment: datetime,
    zone: tzinfo,
) -> dict[str, Any]:
    """A grant: to whom, what of which layer, why, until when, by whom, and how it stands."""
    resource, state = known.get(grant.layer), state_of(grant, moment)
    layer = None if resource is None else next(one for one in resource.layers if one.layer == grant.layer)
    withdrawn = None
    if grant.revoked_at is not None:
        withdrawn = {
            "at": iso(grant.revoked_at),
            "by": register.account(grant.revoked_by or ""),
            "why": grant.revoked_why or "",
        }
    return {
        "id": grant.id,
        "party": register.party(grant.party),
        "party_closed": register.closed(grant.party),
        "resource": None if resource is None else _resource(resource),
        "layer": {"slug": grant.layer, "title": {"zh": grant.layer, "en": grant.layer}}
        if layer is None
        else {"slug": layer.slug, "title": layer.title.as_json()},
        "state": titled(state),
        "limits": _limits(grant.limits, layer),
        "purpose": grant.purpose,
        "basis": grant.basis,
        "until": iso(grant.until),
        "last_day": _last_day(grant.until, zone),
        "given_by": register.account(grant.given_by),
        "given_at": iso(grant.given_at),
        "withdrawn": withdrawn,
        "may_withdraw": state is not GrantState.REVOKED
        and resource is not None
        and grants_on(asker, resource),
    }


def choice_of(resource: Resource, register: Register) -> dict[str, Any]:
    """A resource with the layers and fields that can be granted."""
    return {
        **_resource(resource),
        "provider": register.party(resource.entry.provider),
        "sharing": titled(resource.entry.sharing),
        "layers": [
            {
                "slug": layer.slug,
                "title": layer.title.as_json(),
                "placed": layer.schema.geometry.value != "none",
                "fields": [
                    {"name": one.name, "title": one.title.as_json(), "kind": one.kind.value}
                    for one in layer.schema.fields
                ],
            }
            for layer in resource.layers
            if layer.layer is not None
        ],
    }


def _resource(resource: Resource) -> dict[str, Any]:
    return {"id": resource.id, "slug": resource.slug, "title": resource.entry.title.as_json()}


def _limits(limits: LayerScope, layer: ResourceLayer | None) -> dict[str, Any]:
    """The limits, with the titles of the fields that they name; of an area its box."""
    told = limits_json(limits)
    area = None if limits.area is None else shapely.from_wkb(limits.area)
    titles = {} if layer is None else {one.name: one.title.as_json() for one in layer.schema.fields}
    named = {*(limits.fields or ()), *(name for name, _ in limits.masks)}
    if limits.rows is not None:
        named.update(fields_of(limits.rows))
    return {
        "fields": told["fields"],
        "rows": told["rows"],
        "bbox": None if area is None else [float(side) for side in area.bounds],
        "whole_box": area is not None and bool(area.equals(shapely.box(*area.bounds))),
        "decimals": limits.decimals,
        "masks": [
            {"field": name, "mask": {"value": mask.value, "title": MASKS[mask].as_json()}}
            for name, mask in limits.masks
        ],
        "min_zoom": limits.min_zoom,
        "max_zoom": limits.max_zoom,
        "titles": {name: titles[name] for name in sorted(named) if name in titles},
    }


def _last_day(until: datetime | None, zone: tzinfo) -> str | None:
    """The last day of the city on any part of which it holds."""
    if until is None:
        return None
    day: date = (until - timedelta(microseconds=1)).astimezone(zone).date()
    return day.isoformat()
