"""A route of the document without a rule fails, so that none is forgotten."""

from __future__ import annotations

from tests.share.idor.askers import SORTS
from tests.share.idor.changes import CHANGES, ONES_OWN
from tests.share.idor.page import PAGE, written
from tests.share.idor.rules import READ
from tests.share.town import Town


def test_every_route_has_its_rule(town: Town) -> None:
    paths = town.app.openapi()["paths"]
    methods = {(method.upper(), path) for path, held in paths.items() for method in held}
    assert {path for method, path in methods if method == "GET"} == set(READ)
    assert {(method, path) for method, path in methods if method != "GET"} == {*CHANGES, *ONES_OWN}


def test_every_rule_has_every_sort_and_somebody_who_may() -> None:
    for route, rule in READ.items():
        assert set(rule.statuses) == set(SORTS), route
        assert 200 in rule.statuses.values(), f"no positive twin: {route}"
        assert rule.canary is None or any(map(rule.sees, SORTS)), route
    for act, change in CHANGES.items():
        assert set(change.statuses) == set(SORTS), act


def test_the_page_is_that_of_the_rules() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run python -m tests.share.idor.page"
