"""Every route that changes something, for every sort; whoever may is answered last, and it is done."""

from __future__ import annotations

import pytest

from tests.share.idor.askers import SORTS, askers
from tests.share.idor.changes import CHANGES
from tests.share.idor.planted import UPLOAD, add_job, plant, send_asked, send_bent
from tests.share.sending import begin
from tests.share.town import Town


@pytest.mark.parametrize("act", CHANGES, ids=" ".join)
def test_an_act_keeps_its_rule(own_town: Town, act: tuple[str, str]) -> None:
    everyone, change = askers(own_town), CHANGES[act]
    owner, (method, route) = everyone["owner"], act
    names = plant(own_town, owner, sent="{delivery}" in route and change.fresh != "asked")
    found: dict[str, int] = {}
    if change.fresh == "asked":
        names["delivery"] = send_asked(own_town, owner)
    for sort in change.order():
        if change.fresh == "job" and change.statuses[sort] < 400:
            names["job"] = add_job(own_town, "waiting")
        if found and change.fresh == "delivery" and not names["delivery"]:
            names["delivery"] = send_bent(own_town, owner)
        found[sort] = everyone[sort].ask(method, route.format(**names), **change.what).status_code
        if change.statuses[sort] < 400 and change.fresh == "delivery":
            names["delivery"] = ""
        if change.statuses[sort] < 400 and change.fresh == "upload":
            names["upload"] = begin(owner, 9, UPLOAD).rpartition("/")[2]
    assert found == {sort: change.statuses[sort] for sort in change.order()}


@pytest.mark.parametrize("act", [act for act in CHANGES if act[0] != "OPTIONS"], ids=" ".join)
def test_a_cookie_alone_changes_nothing(own_town: Town, act: tuple[str, str]) -> None:
    """Without the header that a foreign page cannot set, a session is refused first of all."""
    method, route = act
    names = dict.fromkeys(
        ("upload", "delivery", "layer", "resource", "expunge", "key", "login", "party", "job", "grant"), "x"
    )
    client = own_town.browser("housing")
    del client.headers["X-Diban-Request"]
    answer = client.ask(method, route.format(**names), **CHANGES[act].what)
    assert answer.status_code == 403, answer.text
    assert set(SORTS) == set(CHANGES[act].statuses)
