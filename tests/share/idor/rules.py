"""What every sort of asker is answered on every route that is read, and who sees what is planted there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.share.idor.askers import SORTS
from tests.share.idor.planted import (
    BENT_CODE,
    BYTES,
    CODE,
    FILE,
    GRANTED,
    LAYER,
    LINE,
    LOGIN,
    PARTY,
    PURPOSE,
    UPLOAD,
    WHY,
)

ENDED = {"revoked": 401, "expired": 401}
ANYBODY = {**dict.fromkeys(SORTS, 200), **ENDED}
NO_CREDENTIAL = dict.fromkeys(SORTS, 200)
"""Of routes that ask nobody who they are."""
READERS = {"granted": 200, "owner": 200, "approver": 200, "key": 200}
OF_LAYER = {**dict.fromkeys(SORTS, 403), "nobody": 404, **READERS, **ENDED}
OF_ENTRY = {**ANYBODY, "nobody": 404}
OF_ACCOUNT = {**ANYBODY, "nobody": 401}
WORKERS = {"owner": 200, "approver": 200, "reviewer": 200, "centre": 200, "key": 200}
OF_DELIVERY = {**dict.fromkeys(SORTS, 404), **WORKERS, "overseer": 200, **ENDED}
OF_WORKERS = {**OF_DELIVERY, "overseer": 403}
OF_SENDERS = {**OF_WORKERS, "approver": 403, "reviewer": 403, "centre": 403}
NO_STEWARDS = ("approver", "reviewer", "centre", "overseer", "system", "security", "audit")
"""They deliver for nobody; stewards of others are told that there is nothing to deliver to."""
OF_UPLOAD = {**dict.fromkeys(SORTS, 404), "nobody": 401, "owner": 200, "key": 200, **ENDED}
OF_ADMINISTRATORS = {**dict.fromkeys(SORTS, 403), "nobody": 401, **ENDED}
OF_PEOPLE = {**OF_ADMINISTRATORS, "system": 200, "security": 200}
OF_OPERATORS = {**OF_ADMINISTRATORS, "system": 200, "centre": 200}
OF_AUDIT = {**OF_ADMINISTRATORS, "audit": 200}
OF_GRANTS = {**OF_ADMINISTRATORS, **dict.fromkeys(("approver", "overseer", "security", "audit"), 200)}
OF_GIVERS = {**OF_ADMINISTRATORS, "approver": 200, "overseer": 200}
OF_STEWARDS = {**OF_ADMINISTRATORS, "stranger": 200, "granted": 200, "owner": 200}
OF_PROVIDER = {**OF_UPLOAD, **dict.fromkeys(NO_STEWARDS, 403)}


@dataclass(frozen=True)
class Rule:
    """The status for each sort; what is planted there, and who sees it (None: all who are answered)."""

    statuses: Mapping[str, int]
    canary: str | None = None
    seers: frozenset[str] | None = None
    query: str = ""

    def sees(self, sort: str) -> bool:
        """Whether this sort is answered what is planted."""
        return self.statuses[sort] == 200 and (self.seers is None or sort in self.seers)


ACCOUNTS = frozenset(SORTS) - {"nobody", *ENDED}
KNOWS = frozenset(READERS)
OWN = frozenset({"owner", "key"})
OVERSEEN = frozenset({*WORKERS, "overseer"})
COLLECTION = "/ogc/collections/{collection}"
DELIVERY = "/api/deliveries/{delivery}"
READ = {
    "/ogc": Rule(NO_CREDENTIAL),
    "/ogc/api": Rule(NO_CREDENTIAL),
    "/ogc/conformance": Rule(NO_CREDENTIAL),
    "/ogc/tileMatrixSets": Rule(NO_CREDENTIAL),
    "/ogc/tileMatrixSets/{grid}": Rule(NO_CREDENTIAL),
    "/ogc/collections": Rule(ANYBODY, LAYER, KNOWS),
    COLLECTION: Rule(OF_LAYER, LAYER),
    COLLECTION + "/items": Rule(OF_LAYER, CODE),
    COLLECTION + "/items/{feature}": Rule(OF_LAYER, CODE),
    COLLECTION + "/download": Rule(OF_LAYER, CODE),
    COLLECTION + "/tiles": Rule(OF_LAYER, LAYER),
    COLLECTION + "/tiles/{grid}": Rule(OF_LAYER, LAYER),
    COLLECTION + "/tiles/{grid}/{matrix}/{row}/{column}": Rule(OF_LAYER, CODE),
    COLLECTION + "/styles": Rule(OF_LAYER, "Version 1"),
    COLLECTION + "/styles/{style}": Rule(OF_LAYER, LAYER),
    COLLECTION + "/legend": Rule(OF_LAYER, LAYER),
    "/api/assets/{asset}": Rule(OF_LAYER, BYTES),
    "/api/history/{collection}/{feature}": Rule(OF_LAYER, '"value":"added"'),
    "/api/platform": Rule(NO_CREDENTIAL),
    "/api/session": Rule(ANYBODY),
    "/api/resources": Rule(ANYBODY, LAYER, ACCOUNTS),
    "/api/resources/{resource}": Rule(OF_ENTRY, FILE, OVERSEEN),
    "/api/search": Rule(ANYBODY, "楼 3", KNOWS, query="q=楼 3"),
    "/api/uploads": Rule(OF_ACCOUNT, UPLOAD, OWN),
    "/api/uploads/{upload}": Rule(OF_UPLOAD, UPLOAD),
    "/api/deliveries": Rule(OF_ACCOUNT, FILE, OVERSEEN),
    DELIVERY: Rule(OF_DELIVERY, '"lon":114.', frozenset(WORKERS)),
    DELIVERY + "/report": Rule(OF_DELIVERY, '"lon":114.', frozenset(WORKERS)),
    DELIVERY + "/progress": Rule(OF_DELIVERY, '"waiting"'),
    DELIVERY + "/changes": Rule(OF_WORKERS, BENT_CODE, query="kind=changed&limit=1000"),
    DELIVERY + "/repairs": Rule(OF_WORKERS, '"proposed"'),
    DELIVERY + "/receipt": Rule(OF_WORKERS, FILE),
    DELIVERY + "/original": Rule(OF_SENDERS, BENT_CODE),
    DELIVERY + "/columns": Rule(OF_SENDERS, CODE),
    DELIVERY + "/faulty-rows": Rule(OF_WORKERS, BENT_CODE),
    "/api/mappings/{layer}": Rule(OF_PROVIDER, LAYER),
    "/api/mappings/{layer}/file": Rule(OF_PROVIDER, '"columns"'),
    "/api/styles/{layer}": Rule(OF_PROVIDER, WHY),
    "/api/styles/{layer}/values": Rule(OF_PROVIDER, "楼 3", query="field=name"),
    "/api/inbox": Rule(OF_ACCOUNT, FILE, frozenset({"owner", "key", "reviewer", "centre", "approver"})),
    "/api/provided": Rule(OF_ACCOUNT, FILE, frozenset({"owner", "key", "approver"})),
    "/api/use": Rule(
        OF_ACCOUNT, "Building census", frozenset({*OVERSEEN, "granted", "system"}), query="by=resource"
    ),
    "/api/home": Rule(ANYBODY, FILE, OVERSEEN),
    "/api/keys": Rule(OF_STEWARDS, PURPOSE, OWN),
    "/api/people": Rule(OF_PEOPLE, LOGIN),
    "/api/parties": Rule(OF_PEOPLE, PARTY),
    "/api/parties/{party}": Rule(OF_PEOPLE, PARTY),
    "/api/grants": Rule(OF_GRANTS, GRANTED, query="limit=200"),
    "/api/grants/choices": Rule(OF_GIVERS, LAYER, frozenset({"approver"})),
    "/api/jobs": Rule(OF_OPERATORS, "del_none"),
    "/api/jobs/{job}": Rule(OF_OPERATORS, LINE),
    "/api/audit": Rule(OF_AUDIT, "style.save", query="limit=1000"),
    "/api/condition": Rule(OF_OPERATORS, "database_bytes"),
    "/healthz": Rule(NO_CREDENTIAL),
    "/readyz": Rule(NO_CREDENTIAL),
    "/metrics": Rule(NO_CREDENTIAL),
}
"""Each route that is read. A new one: its statuses from those above, and what is planted there."""
