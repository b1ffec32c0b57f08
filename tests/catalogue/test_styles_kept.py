"""The styles of layers as they are kept, on both engines: versions stay, the later of two is told."""

from __future__ import annotations

import pytest

from diban.catalogue import Label, Style, Styles
from diban.ground import Conflict, Invalid, LayerId, Missing
from diban.store import Database, reading, unit
from tests.catalogue.made_up import CITY, STEWARD

LAYER, OTHER = LayerId("layer_a"), LayerId("layer_b")
RED, BLUE = Style(colour="#cc0000", label=Label("code")), Style(colour="#0000cc")


def test_each_version_is_kept_and_the_same_is_no_new_one(database: Database) -> None:
    kept = Styles()
    with unit(database) as act:
        assert kept.current(act.connection, LAYER) is None
        assert kept.save(act, LAYER, RED, STEWARD, "first", on=0).number == 1
        assert kept.save(act, LAYER, RED, CITY, "again", on=0).by == STEWARD
        assert kept.save(act, LAYER, BLUE, CITY, " bluer ", on=1).number == 2
        assert kept.save(act, LAYER, RED, STEWARD, "back", on=2).number == 3
        assert kept.save(act, OTHER, BLUE, STEWARD, "first").number == 1
    with reading(database) as connection:
        told = kept.versions(connection, LAYER)
        assert [(one.number, one.style, one.by, one.why) for one in told] == [
            (3, RED, STEWARD, "back"), (2, BLUE, CITY, "bluer"), (1, RED, STEWARD, "first")
        ]  # fmt: skip
        assert kept.get(connection, LAYER, 2) == told[1]
        present = kept.all_current(connection)
        assert {layer: one.number for layer, one in present.items()} == {LAYER: 3, OTHER: 1}
        with pytest.raises(Missing):
            kept.get(connection, LAYER, 4)


def test_who_saves_on_an_older_version_is_told_of_the_later(database: Database) -> None:
    kept = Styles()
    with unit(database) as act:
        kept.save(act, LAYER, RED, STEWARD, "first", on=0)
    with unit(database) as act, pytest.raises(Conflict) as told:
        kept.save(act, LAYER, BLUE, STEWARD, "late", on=0)
    assert told.value.limit == 1


@pytest.mark.parametrize("why", ["", "  ", "x" * 501])
def test_a_style_is_kept_with_a_reason(database: Database, why: str) -> None:
    with unit(database) as act, pytest.raises(Invalid) as told:
        Styles().save(act, LAYER, RED, STEWARD, why)
    assert told.value.field == "why"
