"""Pages and tiles that take too long: 503, when to come back, and what helps."""

from __future__ import annotations

import pytest

from diban.share import api
from tests.share.town import COLUMN, ROW, ZOOM, Town

ITEMS = "/ogc/collections/buildings/items"


VALUES = "/api/styles/buildings/values?field=floors"


@pytest.mark.parametrize(
    "path", [VALUES, ITEMS, f"/ogc/collections/buildings/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COLUMN}"]
)
def test_what_takes_too_long_is_cut(own_town: Town, path: str) -> None:
    object.__setattr__(own_town.services, "read_seconds", 1e-9)
    own_town.app = api(own_town.services)
    client = own_town.browser("housing")
    told = client.refused(path, 503)
    assert (told["field"], told["detail"]) == ("read_seconds", "the read took too long and was cut")
    assert told["remedy"]
    assert client.get(path).headers["retry-after"] == "5"
    assert client.get("/ogc/collections/buildings").status_code == 200
