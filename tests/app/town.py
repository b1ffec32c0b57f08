"""A small installation with districts published and shops to be delivered, and the files to deliver."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
from diban.ground import AssetKind, Extent, LayerScope, Mode, new_id
from diban.intake import Delivery
from diban.store import reading

AREA = Extent(113.7, 22.4, 114.7, 22.9)
STEWARD, APPROVER, CITY = "town.steward", "town.approver", "city.approver"
SHEET = f"""机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色
测量局,Survey,agency,,,{STEWARD},测量,Survey,steward
测量局,Survey,agency,,,{APPROVER},审批,Approver,approver
规划局,Planning,planning_bureau,,,{CITY},规划,Planning,planning_bureau
"""
Row = dict[str, Any]


@dataclass
class Town:
    """A platform and who acts on it."""

    platform: Platform
    sent: int = field(default=0)

    def asker(self, login: str) -> Asker:
        with reading(self.platform.database) as connection:
            account = self.platform.accounts.find(connection, login)
            assert account is not None
            return self.platform.accounts.asker(connection, account.id, Via.COMMAND, new_id("req"))

    def send(self, layer: str, content: bytes, name: str = "rows.geojson", **said: Any) -> Delivery:
        """Deliver bytes all the way, under a fresh key."""
        self.sent += 1
        letter = Letter(layer, name, f"{layer}:{self.sent}", Mode.FULL, **said)
        return deliver(self.platform, io.BytesIO(content), letter, self.asker(STEWARD))

    def enter_file(self, slug: str, kind: AssetKind, title: str = "", *, published: bool = False) -> str:
        """Register a resource of one file; ``published``, also for everyone to see; the slug."""
        told = description(slug, {})
        words = {"zh": title or slug, "en": slug}
        told |= {"title": words, "layers": [{"slug": slug, "title": words, "asset": kind.value}]}
        register(self.platform, told, self.asker(STEWARD))
        if published:
            for login in (STEWARD, APPROVER, STEWARD, CITY):
                go_forward(self.platform, slug, self.asker(login))
            give(self.platform, slug, "", LayerScope(), "test", "test", self.asker(APPROVER))
        return slug


@contextmanager
def founded(home: Path, database: str = "") -> Iterator[Town]:
    """Districts (two, published) and plots (registered), with an account for every hand."""
    platform, _ = found(Settings(home, "测", "Town", AREA, database))
    try:
        town = Town(platform)
        import_organisation(platform, SHEET.encode(), "town.csv", town.asker("system.admin"))
        for slug, schema in (("districts", DISTRICTS), ("plots", PLOTS)):
            register(platform, description(slug, schema), town.asker(STEWARD))
            for login in (STEWARD, APPROVER, STEWARD, CITY):
                go_forward(platform, slug, town.asker(login))
        districts = [
            ({"code": "440301", "name": "西区"}, square(113.7, 22.4, 0.5)),
            ({"code": "440302", "name": "东区"}, square(114.2, 22.4, 0.5)),
        ]
        town.send("districts", geojson(districts))
        yield town
    finally:
        platform.close()


def _field(name: str, kind: str = "text", **more: Any) -> Row:
    return {"name": name, "kind": kind, "title": {"zh": name, "en": name}, **more}


DISTRICTS: Row = {"geometry": "polygon", "key": "code", "fields": [_field("code"), _field("name")]}
PLOTS: Row = {
    "geometry": "polygon",
    "key": "code",
    "fields": [
        _field("code", pattern="P[0-9]{4}"),
        _field("name"),
        _field("floors", "integer", required=True, minimum=1, maximum=120),
        _field("owner", check="credit-code"),
        _field("district", reference="districts"),
        _field("use", codes=[{"value": "01", "title": "住"}, {"value": "02", "title": "商"}]),
    ],
}


def description(slug: str, schema: Row) -> Row:
    """What a resource is, for its registration."""
    words = {"zh": slug, "en": slug}
    texts = dict.fromkeys(("title", "abstract", "licence", "source"), words)
    plain = {"category": "30100101", "format": "database", "cycle": "monthly", "method": "service"}
    shared = {"sharing": "unconditional", "opening": "open", "provider": "测量局", "owner": "测量局"}
    return {
        "slug": slug, **texts, **plain, **shared, "layers": [{"slug": slug, "title": words, "schema": schema}]
    }  # fmt: skip


def square(west: float, south: float, side: float) -> Row:
    """A square as GeoJSON."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def plots(count: int) -> list[tuple[Row, Row | None]]:
    """Faultless plots in the western district, 50 m wide."""
    rows: list[tuple[Row, Row | None]] = []
    for number in range(count):
        row = {"code": f"P{number:04d}", "name": f"地块{number}", "floors": number % 30 + 1}
        row |= {"owner": "91350100M000100Y43", "district": "440301", "use": "01"}
        west, south = 113.9000123 + number % 50 * 1e-3, 22.5000123 + number // 50 * 1e-3
        rows.append((row, square(west, south, 5.0123e-4)))
    return rows


def geojson(rows: Sequence[tuple[Row, Row | None]]) -> bytes:
    """Rows as a GeoJSON file."""
    features = [{"type": "Feature", "properties": row, "geometry": shape} for row, shape in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
