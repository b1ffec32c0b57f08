"""An installation in which every word that somebody may choose is an attack on who reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from diban.app import give, go_forward, import_organisation, register
from diban.governance import hash_password
from diban.ground import AssetKind, LayerScope
from diban.intake import Delivery
from diban.store import unit
from tests.app.town import APPROVER, CITY, STEWARD, Row, Town, description, founded, square
from tests.served import serving

CANARY = "canary.invalid"
ATTACK = f'"><img src=//{CANARY}/i onerror=window.__x=1><script>window.__x=2</script>{{{{x}}}}'
"""Ends an attribute, a tag and a script's string; asks a stranger, runs, is a template."""
FIELD = "<svg onload=window.__x=3>"
FORMULA = f'=HYPERLINK("http://{CANARY}/f","x")'
SYSTEM, SECURITY, AUDITOR = "system.admin", "security.admin", "audit.admin"
PASSWORD = "a long enough password"
SLUG, PAPER = "hostile", "paper"
WEST, SOUTH = 113.95, 22.52
HTML = f"<html><script>window.__x=4</script><img src=//{CANARY}/h></html>".encode()
SVG = (
    f'<svg xmlns="http://www.w3.org/2000/svg" onload="window.__x=5"><image href="//{CANARY}/s"/></svg>'
).encode()


@dataclass(frozen=True)
class Hostile:
    """Where it is served, who may sign in, and what was delivered."""

    url: str
    home: Path
    accounts: Mapping[str, str]
    landed: Delivery
    returned: Delivery
    refused: tuple[Delivery, ...]


@contextmanager
def served(home: Path) -> Iterator[Hostile]:
    """Found it, send all that is hostile down the road, and serve it."""
    with founded(home) as town:
        _people(town)
        _resource(town)
        landed = town.send(SLUG, _rows(ATTACK, 3), f"{ATTACK}.geojson")
        returned = town.send(SLUG, _rows("x" * 9, 2, floors="<b>no number</b>"), f"{FIELD}.geojson")
        town.enter_file(PAPER, AssetKind.DOCUMENT, ATTACK, published=True)
        sent = ((SVG, "a.svg"), (SVG, "b.png"), (HTML, "c.svg"))
        refused = tuple(town.send(PAPER, content, name) for content, name in sent)
        town.send(PAPER, HTML, f"{FIELD}.txt")
        accounts = dict.fromkeys((STEWARD, APPROVER, CITY, SYSTEM, SECURITY, AUDITOR), PASSWORD)
        for login in accounts:
            _own_password(town, login)
    with serving(home) as url:
        yield Hostile(url, home, accounts, landed, returned, refused)


def _people(town: Town) -> None:
    quoted = ATTACK.replace('"', '""')
    head = "机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色\n"
    row = f'"{quoted}","{quoted}",agency,,,hostile.steward,"{quoted}","{quoted}",steward\n'
    import_organisation(town.platform, (head + row).encode(), "more.csv", town.asker(SYSTEM))


def _resource(town: Town) -> None:
    words = {"zh": ATTACK, "en": ATTACK}
    fields: list[Row] = [
        {"name": "code", "kind": "text", "title": words},
        {"name": FIELD, "kind": "text", "title": words, "unit": FIELD},
        {"name": "floors", "kind": "integer", "title": {"zh": FORMULA, "en": FORMULA}, "required": True},
    ]
    told = description(SLUG, {"geometry": "polygon", "key": "code", "fields": fields})
    told |= dict.fromkeys(("title", "abstract", "licence", "source"), words)
    told["layers"][0]["title"] = words
    register(town.platform, told, town.asker(STEWARD))
    for login in (STEWARD, APPROVER, STEWARD, CITY):
        go_forward(town.platform, SLUG, town.asker(login))
    give(town.platform, SLUG, "", LayerScope(), ATTACK, ATTACK, town.asker(APPROVER))


def _rows(value: str, count: int, floors: object = 3) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"{number}{value}", FIELD: (value, FORMULA)[number % 2], "floors": floors},
            "geometry": square(WEST + number / 1000, SOUTH, 8e-4),
        }
        for number in range(count)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _own_password(town: Town, login: str) -> None:
    platform = town.platform
    with unit(platform.database) as act:
        found = platform.accounts.find(act.connection, login)
        assert found is not None
        platform.accounts.set_password(act, found.id, hash_password(PASSWORD), own=True)
