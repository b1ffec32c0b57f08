"""Overviews follow the feed: asked for by what lands or is erased, done beside the other work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from diban.app import ask_to_erase, erase, follow_once
from diban.app.commands import application
from diban.base import Snapshot, TileAddress
from diban.governance import Target, TargetKind
from diban.ground import NOW, LayerId, Scope
from diban.store import reading
from tests.app.test_erasing import SECOND
from tests.app.town import APPROVER, Town, founded, geojson, plots
from tests.postgres import Cluster

WORLD = TileAddress(0, 0, 0)


@pytest.fixture(params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr("diban.base.overview.build.DENSE", 10)
    if request.param == "embedded":
        with founded(tmp_path / "home") as made:
            yield made
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, founded(tmp_path / "home", database) as made:
        yield made


def seen(town: Town, layer: LayerId) -> Snapshot:
    """The present version, whole."""
    return town.platform.base.at(layer, NOW, Scope.system("test"))


def followed(town: Town) -> int:
    """Do all that follows the feed; in how many pieces."""
    pieces = 0
    while follow_once(town.platform):
        pieces += 1
    return pieces


def made_of(town: Town, layer: LayerId) -> str:
    """The version that the kept tile of the world shows, as its state tells; ``None`` when there is none."""
    return seen(town, layer).state_of(WORLD).split("/")[1]


def test_what_lands_is_followed_once(town: Town) -> None:
    layer = town.send("plots", geojson(plots(30))).sent.layer
    assert made_of(town, layer) == "None"
    assert followed(town) >= 2  # the feed, then the job
    assert made_of(town, layer) == "1"
    assert followed(town) == 0
    town.send("plots", geojson(plots(31)))
    assert (made_of(town, layer), seen(town, layer).tile("t", WORLD).counted) == ("1", 31)
    assert followed(town) == 2
    assert (made_of(town, layer), seen(town, layer).tile("t", WORLD).counted) == ("2", 31)
    with reading(town.platform.database) as connection:
        last = town.platform.feed.after(connection, 0)[-1].position
        assert town.platform.feed.cursor(connection, "overviews") == last


def test_an_erasure_is_followed_when_it_has_ended(town: Town) -> None:
    layer = town.send("plots", geojson(plots(30))).sent.layer
    followed(town)
    target = Target(TargetKind.ROWS, layer, (3,))
    erase(
        town.platform,
        ask_to_erase(town.platform, target, "个人信息", town.asker(APPROVER)),
        town.asker(SECOND),
    )
    assert made_of(town, layer) == "None"
    followed(town)
    assert made_of(town, layer) == "1"
    assert seen(town, layer).tile("t", WORLD).counted == 29


def test_a_command_makes_all_tiles_anew(town: Town) -> None:
    layer = town.send("plots", geojson(plots(30))).sent.layer
    followed(town)
    before = seen(town, layer).tile("plots", WORLD)
    assert before.small
    town.platform.base.forget_tiles(layer)
    without = seen(town, layer).tile("plots", WORLD)
    assert not without.small
    assert (made_of(town, layer), without.data) == ("None", before.data)
    for given in ([], ["plots"]):
        town.platform.base.forget_tiles(layer)
        told = CliRunner().invoke(
            application, ["tiles", "rebuild", *given, "--home", str(town.platform.settings.home)]
        )
        assert told.exit_code == 0, told.output
        assert (made_of(town, layer), seen(town, layer).tile("plots", WORLD)) == ("1", before)
    told = CliRunner().invoke(
        application, ["tiles", "rebuild", "nowhere", "--home", str(town.platform.settings.home)]
    )
    assert told.exit_code != 0
