"""What lands is what was judged, by whichever process; what cannot be stored is returned, on both engines."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from diban.app import Platform, decide_delivery
from diban.governance import Asker, Verdict, Via, review_of
from diban.ground import DeliveryId
from diban.intake import Delivery, DeliveryState
from diban.store import reading, unit
from tests.reliability.acting import ENGINES
from tests.reliability.conftest import SMALL, TemplateOf
from tests.reliability.installation import BUREAU, LAYER, STEWARD, Engine, Stage


def accepted(platform: Platform, waiting: str, why: str) -> Delivery:
    """The delivery after a person has accepted it."""
    return decide_delivery(platform, DeliveryId(waiting), Verdict.ACCEPT, why, asker(platform))


def asker(platform: Platform) -> Asker:
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, BUREAU)
        assert account is not None
        return platform.accounts.asker(connection, account.id, Via.COMMAND, "test")


@pytest.mark.parametrize("seen", [{"content": "1:00"}, {"removed": 1, "unchanged": 399}])
@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_not_reviewed_does_not_land(
    engine: Engine, seen: dict[str, object], template: TemplateOf, tmp_path: Path
) -> None:
    source = template(engine, Stage.WAITING, SMALL)
    with source.copy(tmp_path) as made, made.opened() as platform:
        before = len(platform.base.history(made.layer))
        with unit(platform.database) as act:
            shown = platform.deliveries.get(act.connection, DeliveryId(source.waiting)).changes
            assert shown is not None
            other = orjson.dumps(shown | seen).decode()
            tampered = sa.text("UPDATE delivery SET changes = :other WHERE id = :id")
            act.connection.execute(tampered, {"other": other, "id": source.waiting})
        moved = accepted(platform, source.waiting, "核实无误")
        assert (moved.state, moved.changes) == (DeliveryState.WAITING, shown)  # asked again, of what it is
        assert len(platform.base.history(made.layer)) == before
        with reading(platform.database) as connection:
            review = review_of(connection, DeliveryId(source.waiting))
        assert review is not None
        assert review.decided_at is None
        assert accepted(platform, source.waiting, "再次核实").state is DeliveryState.LANDED


@pytest.mark.parametrize("engine", ENGINES)
def test_text_with_nul_is_returned_with_its_rows(
    engine: Engine, template: TemplateOf, tmp_path: Path
) -> None:
    sent = tmp_path / "nul.geojson"
    point = {"type": "Point", "coordinates": [114.05, 22.54]}
    features = [{"type": "Feature", "properties": {"name": name}, "geometry": point} for name in ("a", "b\0")]
    sent.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with template(engine, Stage.FOUNDED, SMALL).copy(tmp_path) as made:
        answer = made.diban("submit", sent, "--layer", LAYER, "--as", STEWARD, "--json").wait().answer()
    assert answer["state"] == "returned"
    (finding,) = (one for one in answer["report"]["findings"] if one["code"] == "read.text-nul")
    assert (finding["severity"], [place["row"] for place in finding["places"]]) == ("error", [2])
