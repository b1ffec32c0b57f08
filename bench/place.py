"""An installation for measuring: founded anew, one layer registered, ready for `diban submit`."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from diban.app import Platform, Settings, found, import_organisation, register
from diban.governance import Asker, Via
from diban.ground import Extent, new_id
from diban.store import reading

AREA = Extent(113.0, 22.0, 118.0, 26.0)
LAYER, LOGIN = "buildings", "bench.steward"
_SHEET = (
    "机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色\n"
    f"测量局,Bench Bureau,agency,,,{LOGIN},测量,Bench,steward\n"
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
