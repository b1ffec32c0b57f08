"""Evidence is part of its act, and every indicator that acts feed finds its acts again."""

from datetime import timedelta

import pytest

from diban.governance.evidence import Act, Indicator, evidence_of, record_evidence
from diban.ground import DeliveryId, PartyId, ResourceId, now
from diban.store import Database, reading, unit

AGENCY, ROADS = PartyId("pty_1"), ResourceId("res_1")


def test_what_is_recorded_is_found_with_its_numbers(database: Database) -> None:
    start = now()
    with unit(database) as act:
        record_evidence(act, Act.RECEIVED, AGENCY, resource=ROADS, delivery=DeliveryId("del_1"))
        late = record_evidence(
            act, Act.LANDED, AGENCY, resource=ROADS, due=start - timedelta(days=1), value={"score": 91.5}
        )
        record_evidence(act, Act.LANDED, PartyId("pty_2"), due=start + timedelta(days=1))
    with reading(database) as connection:
        ours = evidence_of(connection, party=AGENCY)
        landed = evidence_of(connection, acts=(Act.LANDED,), since=start, until=now())
        assert evidence_of(connection, resource=ROADS, until=start) == []
    assert [(found.act, found.delivery) for found in ours] == [(Act.RECEIVED, "del_1"), (Act.LANDED, None)]
    assert (ours[1].id, ours[1].late, ours[1].value) == (late, True, {"score": 91.5})
    assert [found.late for found in landed] == [True, False]


def test_an_act_that_fails_leaves_no_evidence(database: Database) -> None:
    def landing() -> None:
        with unit(database) as act:
            record_evidence(act, Act.LANDED, AGENCY)
            raise KeyError("landing failed")

    with pytest.raises(KeyError):
        landing()
    with reading(database) as connection:
        assert evidence_of(connection) == []


def test_every_act_feeds_an_indicator() -> None:
    fed = {indicator for act in Act for indicator in act.indicators}
    elsewhere = {"handed-over", "demands", "on-the-map", "use", "compliance"}
    assert fed | elsewhere == set(Indicator)
