"""Every route for every sort of asker: a route without a rule here fails, so that none is forgotten."""

from __future__ import annotations

import pytest

from diban.intake import Delivery
from diban.share import blocks_of
from tests.share.client import Client
from tests.share.sending import begin
from tests.share.town import COLUMN, ROW, ZOOM, Town, add_plan

OPEN = {"nobody": 200, "stranger": 200, "granted": 200, "owner": 200, "overseer": 200}
OF_LAYER = {"nobody": 404, "stranger": 403, "granted": 200, "owner": 200, "overseer": 403}
OF_ENTRY = {**OPEN, "nobody": 404}
OF_DELIVERY = {"nobody": 404, "stranger": 404, "granted": 404, "owner": 200, "overseer": 200}
OF_ACCOUNT = {**OPEN, "nobody": 401}
OF_KEYS = {**OPEN, "nobody": 401, "overseer": 403}
OF_ADMINISTRATORS = {**dict.fromkeys(OPEN, 403), "nobody": 401}
"""What their own administrator gets is told in test_administration."""
OF_UPLOAD = {"nobody": 401, "stranger": 404, "granted": 404, "owner": 200, "overseer": 404}
OF_MAPPING = {**OF_UPLOAD, "overseer": 403}

OF_SENDERS = {**OF_DELIVERY, "overseer": 403}
LAYER = "/ogc/collections/{collection}"
DELIVERY = "/api/deliveries/{delivery}"
RULES = {
    "/ogc": OPEN,
    "/ogc/api": OPEN,
    "/ogc/conformance": OPEN,
    "/ogc/collections": OPEN,
    LAYER: OF_LAYER,
    LAYER + "/items": OF_LAYER,
    LAYER + "/items/{feature}": OF_LAYER,
    LAYER + "/download": OF_LAYER,
    LAYER + "/tiles": OF_LAYER,
    LAYER + "/tiles/{grid}": OF_LAYER,
    LAYER + "/tiles/{grid}/{matrix}/{row}/{column}": OF_LAYER,
    LAYER + "/styles": OF_LAYER,
    LAYER + "/styles/{style}": OF_LAYER,
    LAYER + "/legend": OF_LAYER,
    "/api/assets/{asset}": OF_LAYER,
    "/api/history/{collection}/{feature}": OF_LAYER,
    "/ogc/tileMatrixSets": OPEN,
    "/ogc/tileMatrixSets/{grid}": OPEN,
    "/api/platform": OPEN,
    "/api/session": OPEN,
    "/api/resources": OPEN,
    "/api/resources/{resource}": OF_ENTRY,
    "/api/search": dict.fromkeys(OPEN, 400),  # without a word there is nothing to look for
    "/api/uploads": OF_ACCOUNT,
    "/api/uploads/{upload}": OF_UPLOAD,
    "/api/deliveries": OF_ACCOUNT,
    DELIVERY: OF_DELIVERY,
    DELIVERY + "/report": OF_DELIVERY,
    DELIVERY + "/progress": OF_DELIVERY,
    DELIVERY + "/changes": OF_SENDERS,
    DELIVERY + "/repairs": {**OF_SENDERS, "owner": 404},  # this one needs none
    DELIVERY + "/receipt": OF_SENDERS,
    DELIVERY + "/original": OF_SENDERS,
    DELIVERY + "/columns": {**OF_SENDERS, "owner": 400},  # this one is no file that can be read
    DELIVERY + "/faulty-rows": {**OF_SENDERS, "owner": 404},  # this one lists none
    "/api/mappings/{layer}": OF_MAPPING,
    "/api/mappings/{layer}/file": OF_MAPPING,
    "/api/styles/{layer}": OF_MAPPING,
    "/api/styles/{layer}/values": {**OF_MAPPING, "owner": 400},  # it names no field
    "/api/inbox": OF_ACCOUNT,
    "/api/provided": OF_ACCOUNT,
    "/api/use": OF_ACCOUNT,
    "/api/home": OPEN,
    "/api/keys": OF_KEYS,
    "/api/people": OF_ADMINISTRATORS,
    "/api/parties": OF_ADMINISTRATORS,
    "/api/parties/{party}": OF_ADMINISTRATORS,
    "/api/jobs": OF_ADMINISTRATORS,
    "/api/jobs/{job}": OF_ADMINISTRATORS,
    "/api/audit": OF_ADMINISTRATORS,
    "/api/condition": OF_ADMINISTRATORS,
    "/healthz": OPEN,
    "/readyz": OPEN,
    "/metrics": OPEN,
}
NAMES = {
    "collection": "buildings",
    "asset": "plan",
    "feature": "1",
    "grid": "WebMercatorQuad",
    "matrix": str(ZOOM),
    "row": str(ROW),
    "column": str(COLUMN),
    "resource": "housing",
    "layer": "buildings",
    "style": "current",
    "party": "party_none",
    "job": "job_none",
}
WRITING = {
    ("POST", "/api/session"),
    ("DELETE", "/api/session"),
    ("PUT", "/api/session/password"),
    ("OPTIONS", "/api/uploads"),
    ("POST", "/api/uploads"),
    ("PATCH", "/api/uploads/{upload}"),
    ("DELETE", "/api/uploads/{upload}"),
    ("POST", "/api/deliveries"),
    ("POST", DELIVERY + "/withdrawal"),
    ("POST", DELIVERY + "/answer"),
    ("POST", DELIVERY + "/review"),
    ("POST", DELIVERY + "/repairs"),
    ("PUT", "/api/mappings/{layer}"),
    ("PUT", "/api/styles/{layer}"),
    ("POST", "/api/resources/{resource}/moves"),
    ("POST", "/api/expunges/{expunge}/confirmation"),
    ("POST", "/api/keys"),
    ("DELETE", "/api/keys/{key}"),
    ("PUT", "/api/people/{login}"),
    ("PUT", "/api/people/{login}/roles"),
    ("PUT", "/api/people/{login}/access"),
    ("POST", "/api/people/{login}/password"),
    ("POST", "/api/parties"),
    ("PUT", "/api/parties/{party}/name"),
    ("POST", "/api/jobs/{job}/cancellation"),
    ("POST", "/api/jobs/{job}/retry"),
    ("POST", "/api/audit/verification"),
}
"""Tried in the tests of sessions, uploads, mappings, styles, the inbox, administration, deliveries."""


def askers(town: Town) -> dict[str, Client]:
    """One of each sort, signed in."""
    logins = {"stranger": "archive", "granted": "clinic", "owner": "housing", "overseer": "bureau"}
    return {"nobody": town.client(), **{sort: town.browser(login) for sort, login in logins.items()}}


def test_every_route_has_its_rule(town: Town) -> None:
    paths = town.app.openapi()["paths"]
    methods = {(method.upper(), path) for path, held in paths.items() for method in held}
    assert {path for method, path in methods if method == "GET"} == set(RULES)
    assert {(method, path) for method, path in methods if method != "GET"} == WRITING
    assert blocks_of(town.services)[0].name == "core"


def test_every_route_keeps_its_rule(own_town: Town, delivered: Delivery) -> None:
    add_plan(own_town)
    found, expected, everyone = {}, {}, askers(own_town)
    upload = begin(everyone["owner"], 9).rpartition("/")[2]
    names = {**NAMES, "delivery": delivered.id, "upload": upload}
    for sort, client in everyone.items():
        for route, rule in RULES.items():
            path = route.format(**names)
            for method in ("GET", "HEAD"):
                found[method, route, sort] = client.ask(method, path).status_code
                expected[method, route, sort] = rule[sort]
            if rule[sort] >= 400:  # a tag from somewhere does not open what is shut
                found["304", route, sort] = client.get(path, headers={"If-None-Match": "*"}).status_code
                expected["304", route, sort] = rule[sort]
    assert found == expected


@pytest.mark.parametrize("route", [route for route, rule in RULES.items() if rule is OF_LAYER])
def test_a_revoked_grant_shuts_every_route(own_town: Town, route: str) -> None:
    add_plan(own_town)
    grants = [own_town.grant("archive", slug) for slug in ("buildings", "plan")]
    client, path = own_town.browser("archive"), route.format(**NAMES)
    assert client.get(path).status_code == 200
    for grant in grants:
        own_town.revoke(grant)
    assert client.get(path).status_code == 403
    assert client.ask("HEAD", path).status_code == 403
