"""The first page in figures and news: what the asker may see, and no more."""

from __future__ import annotations

from pathlib import Path

from diban.governance import Role
from diban.intake import Delivery
from tests.share.town import ROWS, Town, found_town, open_town


def test_figures_are_of_what_may_be_seen(town: Town) -> None:
    nobody, owner = town.client().read("/api/home"), town.browser("housing").read("/api/home")
    assert nobody["counts"] == {
        "resources": 1,
        "layers": 1,
        "features": 30,
        "agencies": 1,
        "deliveries": None,
    }
    assert nobody["deliveries"] is None
    assert owner["counts"]["resources"] == 3
    assert owner["counts"]["features"] == ROWS + 4 + 30 + 30
    clinic = town.browser("clinic").read("/api/home")
    assert clinic["counts"]["features"] == sum(number % 10 <= 5 for number in range(ROWS)) + 30


def test_news_are_the_resources_that_moved_last(town: Town) -> None:
    news = town.browser("housing").read("/api/home")["news"]
    assert {one["resource"] for one in news} == {"housing", "papers", "vault"}
    assert [one["at"] for one in news] == sorted((one["at"] for one in news), reverse=True)
    assert news[0]["provider"]["en"] == "housing"
    assert {one["resource"] for one in town.client().read("/api/home")["news"]} == {"papers"}


def test_deliveries_are_told_to_who_works_on_them(own_town: Town, delivered: Delivery) -> None:
    own = own_town.browser("housing").read("/api/home")
    assert (own["counts"]["deliveries"], [one["id"] for one in own["deliveries"]]) == (1, [delivered.id])
    assert own["deliveries"][0]["resource"] == "housing"
    other = own_town.browser("archive").read("/api/home")
    assert (other["counts"]["deliveries"], other["deliveries"]) == (0, [])
    assert own_town.browser("bureau").read("/api/home")["counts"]["deliveries"] == 1
    developer = own_town.hire("maker", Role.DEVELOPER)
    assert developer.read("/api/home")["deliveries"] is None


def test_where_nothing_is_published_the_first_step_is_named(tmp_path: Path) -> None:
    with open_town(tmp_path, found_town(tmp_path), {}) as empty:
        system = empty.hire("root", Role.SYSTEM_ADMIN, empty.parties["bureau"].id)
        assert [
            client.read("/api/home")["first"]
            for client in (empty.client(), empty.browser("housing"), empty.browser("bureau"), system)
        ] == ["sign_in", "deliver", "wait", "people"]
        assert empty.client().read("/api/home")["counts"]["resources"] == 0
