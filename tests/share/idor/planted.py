"""What is planted in the town, so that it can be looked for in answers."""

from __future__ import annotations

import sqlalchemy as sa

from diban.governance import By, Target, TargetKind, issue_key, request_expunge
from diban.ground import now
from diban.store import unit
from tests.share.client import Client
from tests.share.sending import DELIVERIES, begin, geojson, submit, uploaded, work
from tests.share.test_deliveries import MOVED
from tests.share.test_mending import BENT
from tests.share.town import CLINIC, COLUMN, ROW, ZOOM, Town, add_plan

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
    "login": "clinic",
}
"""Parts of addresses that lead to what is planted; those with ids of their own join them."""
FILE, UPLOAD, WHY = "canary-file.geojson", "canary-upload.geojson", "canary-why"
GRANTED = "canary-granted"
PURPOSE, LINE, PARTY, LOGIN = "canary-purpose", "canary-line", '"en":"clinic"', '"login":"clinic"'
LAYER, CODE, BENT_CODE, BYTES = "Layer buildings", "B0000", "B0009", "规划 499"
BODY = geojson(BENT)


def plant(town: Town, owner: Client, *, sent: bool = True) -> dict[str, str]:
    """What stands in ``NAMES`` and has rows, and one of each thing with an id; ``sent``: a delivery too."""
    (town.folder / "diban.toml").write_text("zone = 'Asia/Shanghai'\n", encoding="utf-8")
    add_plan(town)
    town.grant("transport", "plan")
    owner.ask("PUT", "/api/styles/buildings", json={"style": {"label": {"field": "code"}}, "why": WHY})
    upload = begin(owner, 9, UPLOAD).rpartition("/")[2]
    delivery = send_bent(town, owner) if sent else ""
    return {
        **NAMES,
        "upload": upload,
        "delivery": delivery,
        "expunge": _erasure(town),
        "party": town.parties["clinic"].id,
        "key": _key(town),
        "grant": _grant(town),
        "job": add_job(town, "failed"),
    }


def send_bent(town: Town, owner: Client) -> str:
    """The id of a delivery that waits: one row of it can be repaired."""
    made = submit(owner, upload=uploaded(owner, BODY, FILE))
    assert made.status_code == 201, made.text
    delivery = str(made.json()["id"])
    work(town)
    assert owner.read(f"{DELIVERIES}/{delivery}")["state"] == "waiting"
    return delivery


def send_asked(town: Town, owner: Client) -> str:
    """The id of a delivery that waits for its sender's word on coordinates."""
    made = submit(owner, upload=uploaded(owner, geojson(MOVED), FILE), crs="GCJ-02")
    assert made.status_code == 201, made.text
    delivery = str(made.json()["id"])
    work(town)
    assert owner.read(f"{DELIVERIES}/{delivery}")["state"] == "asked"
    return delivery


def _erasure(town: Town) -> str:
    """The id of an erasure that waits for its second person."""
    with unit(town.services.database) as act:
        return request_expunge(act, By("someone", "", "req_test"), Target(TargetKind.BLOB, "0" * 64), WHY)


def _key(town: Town) -> str:
    """The id of a key of the housing bureau."""
    holder = town.account("housing")
    with unit(town.services.database) as act:
        until = now().replace(year=now().year + 1)
        return issue_key(act, holder, holder.party, PURPOSE, until)[0].id


def _grant(town: Town) -> str:
    """The id of a grant on the buildings."""
    with unit(town.services.database) as act:
        return town.grants.give(
            act,
            By("someone", "", "req_test"),
            party=town.parties["clinic"].id,
            layer=town.layers["buildings"],
            limits=CLINIC,
            purpose=GRANTED,
            basis="tests",
        )


def add_job(town: Town, state: str) -> str:
    """The id of a job in this state, with a line of its log."""
    with unit(town.services.database) as act:
        payload: dict[str, object] = {"delivery": "del_none"}
        made = town.platform.jobs.enqueue(act, "delivery.proceed", f"canary-{state}", payload)
        town.platform.jobs.log(act, made, LINE)
        given = sa.text("UPDATE job SET state = :state, fault = 'Missing: none' WHERE id = :job")
        act.connection.execute(given, {"state": state, "job": made})
    return str(made)
