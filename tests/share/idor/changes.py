"""What every sort of asker is answered on every route that changes something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.share.idor.askers import SORTS
from tests.share.idor.rules import ENDED, NO_STEWARDS
from tests.share.sending import PIECE, TUS

DELIVERY = "/api/deliveries/{delivery}"
UPLOAD = "/api/uploads/{upload}"
PERSON = "/api/people/{login}"
JOB = "/api/jobs/{job}"
REFUSED = {**dict.fromkeys(SORTS, 403), "nobody": 401, **ENDED}
OPERATED = {**REFUSED, "system": 200, "centre": 200}
UNSEEN = {**dict.fromkeys(SORTS, 404), "nobody": 401, **ENDED}
SEEN = {**UNSEEN, **dict.fromkeys(("owner", "approver", "reviewer", "centre", "overseer", "key"), 403)}
OF_PROVIDER = {**UNSEEN, **dict.fromkeys(NO_STEWARDS, 403)}


@dataclass(frozen=True)
class Change:
    """What is sent; the status for each sort: those who may come last, so that the others meet it undone.

    ``fresh`` names what is planted anew for each who may: a delivery or an upload is changed but once.
    """

    statuses: Mapping[str, int]
    what: dict[str, Any] = field(default_factory=dict)
    fresh: str = ""

    def order(self) -> list[str]:
        """The sorts, those who may last."""
        return sorted(self.statuses, key=lambda sort: self.statuses[sort] < 400)


def _said(**body: Any) -> dict[str, Any]:
    return {"json": body}


LETTER = {"layer": "buildings", "mode": "unchanged", "upload": None}
CHANGES = {
    ("OPTIONS", "/api/uploads"): Change(dict.fromkeys(SORTS, 204)),
    ("POST", "/api/uploads"): Change(
        {**REFUSED, **dict.fromkeys(("stranger", "granted", "owner", "key"), 201)},
        {"headers": {**TUS, "Upload-Length": "9"}},
    ),
    ("PATCH", UPLOAD): Change(
        {**UNSEEN, "owner": 204, "key": 204},
        {"headers": {**PIECE, "Upload-Offset": "0"}, "content": b"123"},
        fresh="upload",
    ),
    ("DELETE", UPLOAD): Change({**UNSEEN, "owner": 204, "key": 204}, {"headers": TUS}, fresh="upload"),
    ("POST", "/api/deliveries"): Change({**OF_PROVIDER, "owner": 201, "key": 200}, _said(**LETTER)),
    ("POST", DELIVERY + "/review"): Change(
        {**SEEN, "reviewer": 200, "centre": 200, "approver": 200},
        _said(verdict="return", why="tests"),
        fresh="delivery",
    ),
    ("POST", DELIVERY + "/repairs"): Change(
        {**SEEN, "owner": 200, "key": 200}, _said(verdict="decline"), fresh="delivery"
    ),
    ("POST", DELIVERY + "/withdrawal"): Change(
        {**SEEN, "owner": 200, "key": 200}, _said(why="tests"), fresh="delivery"
    ),
    ("POST", DELIVERY + "/answer"): Change(
        {**SEEN, "owner": 200, "key": 200}, _said(crs="EPSG:4490"), fresh="asked"
    ),
    ("PUT", "/api/mappings/{layer}"): Change(
        {**OF_PROVIDER, "owner": 200, "key": 200}, _said(mapping={"constants": {"owner": "tests"}})
    ),
    ("PUT", "/api/styles/{layer}"): Change(
        {**OF_PROVIDER, "owner": 200, "key": 200}, _said(style={"colour": "#123456"}, why="tests")
    ),
    ("POST", "/api/resources/{resource}/moves"): Change(
        {**REFUSED, "approver": 200, "reviewer": 200, "overseer": 200},
        _said(to="withdrawn", why="tests"),
    ),
    ("POST", "/api/keys"): Change(
        {**REFUSED, **dict.fromkeys(("stranger", "granted", "owner"), 201)}, _said(purpose="tests", days=1)
    ),
    ("DELETE", "/api/keys/{key}"): Change({**REFUSED, "stranger": 404, "granted": 404, "owner": 204}),
    ("PUT", PERSON): Change(
        {**REFUSED, "system": 200}, _said(name="clinic", party="clinic", roles=["steward"])
    ),
    ("PUT", PERSON + "/roles"): Change({**REFUSED, "security": 200}, _said(roles=["steward"])),
    ("PUT", PERSON + "/access"): Change({**REFUSED, "system": 200}, _said(open=False)),
    ("POST", PERSON + "/password"): Change({**REFUSED, "system": 200}),
    ("POST", "/api/parties"): Change(
        {**REFUSED, "system": 201}, _said(zh="公交处", en="Bus office", kind="agency")
    ),
    ("PUT", "/api/parties/{party}/name"): Change({**REFUSED, "system": 200}, _said(zh="诊所", en="Surgery")),
    ("PUT", "/api/parties/{party}/standing"): Change(
        {**REFUSED, "system": 200}, _said(open=False, why="tests")
    ),
    ("POST", "/api/grants"): Change(
        {**REFUSED, "approver": 201},
        _said(party="archive", layer="buildings", purpose="tests", basis="tests"),
    ),
    ("POST", "/api/grants/{grant}/withdrawal"): Change(
        {**REFUSED, "overseer": 404, "approver": 200}, _said(why="tests")
    ),
    ("POST", JOB + "/retry"): Change(OPERATED),
    ("POST", JOB + "/cancellation"): Change(OPERATED, fresh="job"),
    ("POST", "/api/audit/verification"): Change({**REFUSED, "audit": 200}),
    ("POST", "/api/expunges/{expunge}/confirmation"): Change({**REFUSED, "security": 200}),
}
"""Each act, with what is sent. Signing in, out and passwords are one's own: tried in ``test_session.py``."""
ONES_OWN = {("POST", "/api/session"), ("DELETE", "/api/session"), ("PUT", "/api/session/password")}
