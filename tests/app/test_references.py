"""Codes of another department's layer are compared only where its provider may see them."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import shapely

from diban.app import Letter, deliver, give, import_organisation, register, take_back
from diban.app.journeys import surroundings
from diban.governance import Asker
from diban.ground import Denied, LayerScope, Mask
from diban.quality import Report
from tests.app.town import APPROVER, Row, Town, description, founded, geojson, plots
from tests.postgres import Cluster

OTHER = "roads.steward"
SHEET = f"""机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色
道路局,Roads,agency,,,{OTHER},道路,Roads,steward
"""
KERBS: Row = {
    "geometry": "polygon",
    "key": "code",
    "fields": [
        {"name": name, "kind": "text", "title": {"zh": name, "en": name}, **more}
        for name, more in (("code", {}), ("district", {"reference": "districts"}))
    ],
}
BY_KEY = LayerScope(fields=frozenset({"code"}))
PARTLY = [
    LayerScope(fields=frozenset({"name"})),
    LayerScope(masks=(("code", Mask.TOKEN),)),
    LayerScope(area=shapely.to_wkb(shapely.box(113, 22, 114, 23))),
]


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp(f"town-{request.param}") / "home"
    if request.param == "embedded":
        with founded(home) as made:
            yield _with_roads(made)
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, founded(home, database) as made:
        yield _with_roads(made)


def _with_roads(town: Town) -> Town:
    import_organisation(town.platform, SHEET.encode(), "roads.csv", town.asker("system.admin"))
    return town


def _description(slug: str = "kerbs") -> Row:
    return {**description(slug, KERBS), "provider": "道路局"}


def _grant(town: Town, limits: LayerScope) -> str:
    asker = town.asker(APPROVER)
    return give(town.platform, "districts", "道路局", limits, "核对", "核对", asker)


def _codes(town: Town, asker: Asker) -> set[str]:
    rows = plots(30)
    for row, _ in rows:
        row["code"], row["district"] = row["code"].replace("P", "K"), "440399"
    town.sent += 1
    letter = Letter("kerbs", "kerbs.geojson", f"kerbs:{town.sent}", dry_run=True)
    delivery = deliver(town.platform, io.BytesIO(geojson(rows)), letter, asker)
    found = Report.from_json(delivery.report or {}).findings
    return {one.code for one in found if one.code.startswith(("field.", "extent."))}


def test_a_reference_is_registered_and_read_in_the_providers_scope(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = town.asker(OTHER)
    with pytest.raises(Denied) as refused:
        register(town.platform, _description(), other)
    assert (refused.value.field, "districts" in str(refused.value.remedy)) == ("district", True)
    for limits in PARTLY:
        grant = _grant(town, limits)
        with pytest.raises(Denied):
            register(town.platform, _description(), other)
        take_back(town.platform, "districts", grant, "试", town.asker(APPROVER))
    grant = _grant(town, BY_KEY)
    register(town.platform, _description(), other)
    assert _codes(town, other) == {"field.reference"}
    monkeypatch.setattr(surroundings, "MOST_CODES", 1)
    assert _codes(town, other) == {"field.reference-absent"}
    monkeypatch.undo()
    take_back(town.platform, "districts", grant, "试", town.asker(APPROVER))
    assert _codes(town, other) == {"field.reference-absent"}


def test_what_is_not_there_yet_may_be_named(town: Town) -> None:
    later = _description("later")
    later["layers"][0]["schema"] = {
        **KERBS,
        "fields": [KERBS["fields"][0], {**KERBS["fields"][1], "reference": "nowhere"}],
    }
    assert register(town.platform, later, town.asker(OTHER)).slug == "later"
