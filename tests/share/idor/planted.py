"""What is planted in the town, so that it can be looked for in answers."""

from __future__ import annotations

from diban.governance import By, Target, TargetKind, request_expunge
from diban.store import unit
from tests.share.client import Client
from tests.share.sending import DELIVERIES, begin, geojson, submit, uploaded, work
from tests.share.test_mending import BENT
from tests.share.town import COLUMN, ROW, ZOOM, Town, add_plan

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
}
"""Parts of addresses that lead to what is planted; the upload, the delivery and the erasure join them."""
FILE, UPLOAD, WHY = "canary-file.geojson", "canary-upload.geojson", "canary-why"
LAYER, CODE, BENT_CODE, BYTES = "Layer buildings", "B0000", "B0009", "规划 499"
CANARIES = (FILE, UPLOAD, WHY, LAYER, CODE, BENT_CODE, BYTES)
BODY = geojson(BENT)


def plant(town: Town, owner: Client, *, sent: bool = True) -> dict[str, str]:
    """A layer's rows (there already), a file, an upload, a style, an erasure; ``sent``: a delivery too."""
    add_plan(town)
    town.grant("transport", "plan")
    owner.ask("PUT", "/api/styles/buildings", json={"style": {"label": {"field": "code"}}, "why": WHY})
    upload = begin(owner, 9, UPLOAD).rpartition("/")[2]
    delivery = send_bent(town, owner) if sent else ""
    return {**NAMES, "upload": upload, "delivery": delivery, "expunge": _erasure(town)}


def send_bent(town: Town, owner: Client) -> str:
    """The id of a delivery that waits: one row of it can be repaired."""
    made = submit(owner, upload=uploaded(owner, BODY, FILE))
    assert made.status_code == 201, made.text
    delivery = str(made.json()["id"])
    work(town)
    assert owner.read(f"{DELIVERIES}/{delivery}")["state"] == "waiting"
    return delivery


def _erasure(town: Town) -> str:
    """The id of an erasure that waits for its second person."""
    with unit(town.services.database) as act:
        return request_expunge(act, By("someone", "", "req_test"), Target(TargetKind.BLOB, "0" * 64), WHY)
