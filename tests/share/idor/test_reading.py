"""Every route that is read, for every sort: GET, HEAD, another's entity tag, and what is planted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.share.client import Client
from tests.share.conftest import copied
from tests.share.idor.askers import SORTS, askers
from tests.share.idor.planted import plant
from tests.share.idor.rules import OF_LAYER, READ, Rule
from tests.share.town import Town

Asked = tuple[dict[str, Client], dict[str, str]]
Found = dict[tuple[str, ...], object]


@pytest.fixture(scope="module")
def asked(town_as_built: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Everybody, and the names of what is planted."""
    with copied(town_as_built, Path(tmp_path_factory.mktemp("idor")) / "town") as town:
        everyone = askers(town)
        names = plant(town, everyone["owner"])
        everyone["granted"].read("/ogc/collections/buildings/items")
        town.services.use.flush()
        yield everyone, names


def _at(route: str, rule: Rule, names: dict[str, str]) -> str:
    path = route.format(**names)
    return f"{path}?{quote(rule.query, safe='=&')}" if rule.query else path


@pytest.mark.parametrize("route", READ)
def test_a_route_keeps_its_rule(asked: Asked, route: str) -> None:
    everyone, names = asked
    rule, found, expected = READ[route], Found(), Found()
    for sort in SORTS:
        for method in ("GET", "HEAD"):
            answer = everyone[sort].ask(method, _at(route, rule, names))
            found[method, sort], expected[method, sort] = answer.status_code, rule.statuses[sort]
            if method == "GET" and rule.canary is not None:
                found["sees", sort] = rule.canary.encode() in answer.content
                expected["sees", sort] = rule.sees(sort)
    assert found == expected


@pytest.mark.parametrize("route", [route for route, rule in READ.items() if 200 in rule.statuses.values()])
def test_a_tag_opens_nothing(asked: Asked, route: str) -> None:
    """The tag that somebody saw who may, and any: whoever is refused stays refused, told nothing new."""
    everyone, names = asked
    rule, found, expected = READ[route], Found(), Found()
    path = _at(route, rule, names)
    tag = everyone["owner"].get(path).headers.get("etag", '"none"')
    for sort in (sort for sort in SORTS if rule.statuses[sort] >= 400):
        for held in (tag, "*"):
            answer = everyone[sort].get(path, headers={"If-None-Match": held})
            found[sort, held] = (answer.status_code, "etag" in answer.headers)
            expected[sort, held] = (rule.statuses[sort], False)
    assert found == expected


@pytest.mark.parametrize("route", [route for route, rule in READ.items() if rule.statuses is OF_LAYER])
def test_versions_do_not_go_round_a_grant(asked: Asked, route: str) -> None:
    """As of a version or an instant, who is refused now is refused then."""
    everyone, names = asked
    rule, path = READ[route], route.format(**names)
    version = everyone["owner"].read("/api/resources/housing")["layers"][0]["version"]
    for query in (f"version={version}", "known-at=2999-01-01T00:00:00Z"):
        for sort in ("nobody", "stranger", "overseer", "revoked"):
            assert everyone[sort].get(f"{path}?{query}").status_code == rule.statuses[sort], (query, sort)


HIDDEN = ("secrets", "drafts")
"""Layers that are withheld, or not published yet."""
OUTSIDERS = ("nobody", "stranger", "granted")


@pytest.mark.parametrize("layer", HIDDEN)
@pytest.mark.parametrize("route", [route for route, rule in READ.items() if rule.statuses is OF_LAYER])
def test_anothers_layer_is_as_if_it_were_not(asked: Asked, route: str, layer: str) -> None:
    """What was never granted to anybody: outsiders meet the words that meet who asks for nothing."""
    everyone, names = asked
    hidden, absent = ({**names, "collection": name, "asset": name} for name in (layer, "not-there"))
    for sort in OUTSIDERS:
        answer = everyone[sort].get(route.format(**hidden))
        nothing = everyone[sort].get(route.format(**absent))
        known = sort != "nobody" and layer == "secrets"  # its entry is in the catalogue for accounts
        assert (answer.status_code, nothing.status_code) == (403 if known else 404, 404), sort
        assert b"<script>" not in answer.content


@pytest.mark.parametrize("entry", ["vault", "plans"])
def test_entries_that_are_not_published_are_their_peoples(asked: Asked, entry: str) -> None:
    everyone, _ = asked
    expected = {"nobody": 404, "stranger": 200 if entry == "vault" else 404, "owner": 200, "overseer": 200}
    found = {sort: everyone[sort].get(f"/api/resources/{entry}").status_code for sort in expected}
    assert found == expected


def test_an_owner_is_a_stranger_to_what_others_provide(asked: Asked) -> None:
    """The transport agency granted nothing of its own to anybody, and sends nothing for housing."""
    everyone, names = asked
    for path in (f"/api/deliveries/{names['delivery']}", f"/api/uploads/{names['upload']}"):
        assert everyone["granted"].get(path).status_code == 404
        assert everyone["owner"].get(path).status_code == 200
