"""A grant that is taken back shuts every route of its layer at once."""

from __future__ import annotations

import pytest

from tests.share.idor.planted import NAMES
from tests.share.idor.rules import OF_LAYER, READ
from tests.share.town import Town, add_plan


@pytest.mark.parametrize("route", [route for route, rule in READ.items() if rule.statuses is OF_LAYER])
def test_a_revoked_grant_shuts_every_route(own_town: Town, route: str) -> None:
    add_plan(own_town)
    grants = [own_town.grant("archive", slug) for slug in ("buildings", "plan")]
    client, path = own_town.browser("archive"), route.format(**NAMES)
    opened = client.get(path)
    assert opened.status_code == 200
    for grant in grants:
        own_town.revoke(grant)
    assert client.get(path).status_code == 403
    assert client.ask("HEAD", path).status_code == 403
    assert client.get(path, headers={"If-None-Match": opened.headers.get("etag", "*")}).status_code == 403
