"""Real buildings on the road: returned for their faults, mended as a steward would, landed, read."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely

from diban.app import (
    Letter,
    Platform,
    Settings,
    deliver,
    found,
    give,
    go_forward,
    import_organisation,
    register,
)
from diban.governance import Asker, Via
from diban.ground import Extent, LayerScope, new_id
from diban.intake import Delivery, DeliveryState
from diban.store import reading
from tests.needs import absent
from tests.served import serving

NANSHAN = "03_buildings_3dcity/maptalks.three/demo/data/nanshan-building.geojson"
NEW_YORK = "03_buildings_3dcity/maptalks.three-ny/ny_buildings.geojsonl.gz"
SHEET = """机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色
住房局,Housing,agency,,,h.steward,甲,A,steward
住房局,Housing,agency,,,h.approver,乙,B,approver
规划局,Planning,planning_bureau,,,p.bureau,丙,C,planning_bureau
"""
Features = list[dict[str, Any]]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    home = tmp_path_factory.mktemp("real") / "home"
    made, _ = found(Settings(home, "实测", "Real", Extent(-180, -85, 180, 85)))
    import_organisation(made, SHEET.encode(), "sheet.csv", asker(made, "system.admin"))
    return made


def asker(platform: Platform, login: str) -> Asker:
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        assert account is not None
        return platform.accounts.asker(connection, account.id, Via.COMMAND, new_id("req"))


def enter(platform: Platform, slug: str, geometry: str, fields: dict[str, str]) -> None:
    words = {"zh": slug, "en": slug}
    declared = [{"name": name, "kind": kind, "title": words} for name, kind in fields.items()]
    common = dict.fromkeys(("title", "abstract", "licence", "source"), words)
    entry = common | {
        "slug": slug,
        "category": "30100101",
        "provider": "住房局",
        "owner": "住房局",
        "format": "database",
        "cycle": "yearly",
        "method": "service",
        "sharing": "unconditional",
        "opening": "open",
        "layers": [{"slug": slug, "title": words, "schema": {"geometry": geometry, "fields": declared}}],
    }
    register(platform, entry, asker(platform, "h.steward"))


def send(platform: Platform, slug: str, features: Features, key: str) -> Delivery:
    file = io.BytesIO(orjson.dumps({"type": "FeatureCollection", "features": features}))
    return deliver(platform, file, Letter(slug, f"{key}.geojson", key), asker(platform, "h.steward"))


def codes(delivery: Delivery) -> set[str]:
    assert delivery.report is not None
    return {finding["code"] for finding in delivery.report["findings"] if finding["severity"] == "error"}


def mended(features: Features) -> Features:
    """Invalid outlines made valid, only what is an area kept of them."""
    shapes = shapely.make_valid(shapely.from_geojson([orjson.dumps(one["geometry"]) for one in features]))
    areas = [
        shapely.union_all([part for part in shape.geoms if part.area > 0])
        if shape.geom_type == "GeometryCollection"
        else shape
        for shape in shapes
    ]
    return [
        {**one, "geometry": orjson.loads(shapely.to_geojson(area))}
        for one, area in zip(features, areas, strict=True)
        if area.geom_type in ("Polygon", "MultiPolygon")
    ]


def test_nanshan_waits_with_its_repairs_then_lands(platform: Platform, test_data: Path) -> None:
    enter(platform, "nanshan", "polygon", {"height": "float"})
    features = orjson.loads((test_data / NANSHAN).read_bytes())["features"]
    first = send(platform, "nanshan", features, "nanshan-1")
    assert first.state is DeliveryState.WAITING
    assert codes(first) == {"geometry.ring-self-intersection"}
    assert send(platform, "nanshan", mended(features), "nanshan-2").state is DeliveryState.LANDED


def test_new_york_lands_and_gdal_reads_all_of_it(platform: Platform, test_data: Path) -> None:
    enter(platform, "new-york", "polygon", {"id": "integer", "height": "float", "addr_street": "text"})
    lines = gzip.decompress((test_data / NEW_YORK).read_bytes()).splitlines()
    features = [one for one in map(orjson.loads, lines) if one["properties"]["kind"] == "building"]
    assert len(features) == 63_361
    first = send(platform, "new-york", features, "new-york-1")
    assert first.state is DeliveryState.RETURNED
    assert "geometry.kind" in codes(first)  # some "buildings" are label points
    kept = mended(features)
    landed = send(platform, "new-york", kept, "new-york-2")
    assert landed.state is DeliveryState.LANDED
    publish(platform, "new-york")
    with serving(platform.settings.home) as url:
        assert f"Feature Count: {len(kept)}" in gdal(f"OAPIF:{url}/ogc", "new-york")


def publish(platform: Platform, slug: str) -> None:
    for login in ("h.steward", "h.approver", "h.steward", "p.bureau"):
        go_forward(platform, slug, asker(platform, login))
    give(platform, slug, "", LayerScope(), "公益服务", "无条件共享", asker(platform, "h.approver"))


def gdal(*what: str) -> str:
    """What ``ogrinfo``, a client that knows nothing of us, reads."""
    if shutil.which("ogrinfo") is None:
        absent("GDAL's ogrinfo", "`make system` installs it")
    done = subprocess.run(
        ["ogrinfo", "-ro", "-so", *what], capture_output=True, text=True, timeout=110, check=False
    )
    return done.stdout + done.stderr
