"""An installation for measuring: founded anew, one layer registered, ready for `diban submit`."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from diban.app import (
    Platform,
    Settings,
    found,
    give,
    go_forward,
    import_organisation,
    new_key,
    register,
)
from diban.governance import Asker, Via
from diban.ground import Extent, LayerScope, new_id, now
from diban.store import reading

AREA = Extent(113.0, 22.0, 118.0, 26.0)
LAYER, LOGIN = "buildings", "bench.steward"
APPROVER, CITY, READER, READING_PARTY = "bench.approver", "planning.bureau", "reader.steward", "使用局"
_SHEET = (
    "机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色\n"
    f"测量局,Bench Bureau,agency,,,{LOGIN},测量,Bench,steward\n"
    f"测量局,Bench Bureau,agency,,,{APPROVER},审核,Approver,approver\n"
    f"规划局,Planning Bureau,planning_bureau,,,{CITY},规划,Planning,planning_bureau\n"
    f"{READING_PARTY},Reading Bureau,agency,,,{READER},使用,Reader,steward\n"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A home folder with an empty layer; ``platform`` is wired over it."""

    home: Path
    platform: Platform


def make_place(home: Path, database: str = "") -> Place:
    """Found the installation in an emptied folder and register the layer."""
    shutil.rmtree(home, ignore_errors=True)
    platform, _ = found(Settings(home, "测量", "Bench", AREA, database))
    import_organisation(platform, _SHEET.encode(), "bench.csv", asker_of(platform, "system.admin"))
    register(platform, _description(), asker_of(platform, LOGIN))
    return Place(home, platform)


def publish(place: Place) -> str:
    """Take the resource all the way, grant its layer to another party, and make a key of that party."""
    for login in (LOGIN, APPROVER, LOGIN, CITY):
        go_forward(place.platform, LAYER, asker_of(place.platform, login))
    grantor, reader = asker_of(place.platform, APPROVER), asker_of(place.platform, READER)
    give(place.platform, LAYER, READING_PARTY, LayerScope(), "测量", "测量", grantor)
    return new_key(place.platform, "bench", now() + timedelta(days=1), reader)


def asker_of(platform: Platform, login: str) -> Asker:
    """An account as one who asks."""
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        assert account is not None
        return platform.accounts.asker(connection, account.id, Via.COMMAND, new_id("req"))


def _description() -> dict[str, object]:
    words = {"zh": "测量", "en": "bench"}
    kinds = {"code": "text", "name": "text", "floors": "integer", "height": "float", "use": "text"}
    fields = [
        {"name": name, "kind": kind, "title": words, "required": name == "code"}
        for name, kind in kinds.items()
    ]
    schema = {"geometry": "polygon", "key": "code", "fields": fields}
    return {
        "slug": LAYER,
        "title": words,
        "abstract": words,
        "category": "30100101",
        "provider": "测量局",
        "owner": "测量局",
        "format": "database",
        "cycle": "monthly",
        "method": "service",
        "sharing": "unconditional",
        "opening": "open",
        "licence": words,
        "source": words,
        "layers": [{"slug": LAYER, "title": words, "schema": schema}],
    }
