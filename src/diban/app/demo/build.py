"""Found an installation and send the sample city down the road, as its departments would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson

from diban.app.journeys.delivery import deliver
from diban.app.journeys.founding import found
from diban.app.journeys.granting import give
from diban.app.journeys.indexing import follow
from diban.app.journeys.organising import import_organisation
from diban.app.journeys.publication import go_forward
from diban.app.journeys.receive import Letter
from diban.app.journeys.registration import register
from diban.app.sample_city import Round, SampleFile, write_city
from diban.app.settings import Settings
from diban.app.wiring import Platform
from diban.app.work.worker import follow_once, seal_once, work_once
from diban.governance import Asker, Role, Via, hash_password
from diban.ground import Extent, LayerScope, Text, new_id
from diban.intake import Delivery
from diban.store import reading, unit

AREA = Extent(113.6, 22.2, 114.8, 23.0)
PASSWORD = "Diban-demo-2026"
CITY_APPROVER, GRANTOR = "planning.bureau", "data.bureau"
OPEN_LAYERS = (
    *("districts", "street-offices", "communities", "sea", "water", "green"),
    *("roads", "parcels", "buildings", "addresses", "poi"),
    *("terrain", "buildings-spec", "city-view"),
)
LATER = (
    *("buildings-update.gpkg", "addresses-update.geojson", "buildings-spec-update.docx"),
    "buildings-faulty.geojson",
)

Tell = Callable[[Text], None]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A founded platform with the city on it; every account has the same password, for trying."""

    platform: Platform
    logins: tuple[tuple[str, Text], ...]
    returned: Delivery
    updated: Delivery


def build_demo(home: Path, database: str, buildings: int, tell: Tell) -> Demonstration:
    """Make everything anew in an empty folder."""
    title = Text(zh="澜湾市空间底板", en="Lanwan base board")
    settings = Settings(home, title.zh, title.en, AREA, database)
    platform, _ = found(settings)
    sample = home / "sample"
    files = write_city(sample, buildings=buildings)
    tell(Text(zh=f"样例城市：{len(files)} 份交付", en=f"the sample city: {len(files)} deliveries"))
    sheet = sample / "parties.csv"
    import_organisation(platform, sheet.read_bytes(), sheet.name, _asker(platform, "system.admin"))
    _one_password(platform)
    first = [file for file in files if file.delivery.round is Round.FIRST]
    for slug in dict.fromkeys(file.delivery.resource for file in first):
        _register_and_publish(platform, sample / f"{slug}.json")
        _open(platform, sample / f"{slug}.json")
        tell(Text(zh=f"编目并发布：{slug}", en=f"entered and published: {slug}"))
    for file in first:
        _tell_delivery(tell, file, _deliver(platform, file))
    later = {file.path.name: file for file in files}
    sent = {name: _deliver(platform, later[name]) for name in LATER}
    for name, delivery in sent.items():
        _tell_delivery(tell, later[name], delivery)
    while work_once(platform) or follow_once(platform) or seal_once(platform) or follow(platform):
        pass
    return Demonstration(platform, _logins(platform), sent[LATER[-1]], sent[LATER[0]])


def _register_and_publish(platform: Platform, path: Path) -> None:
    """Two approvals: the agency's own registers, the city's publishes."""
    description = orjson.loads(path.read_bytes())
    steward, approver = (
        _of_party(platform, str(description["provider"]), role) for role in (Role.STEWARD, Role.APPROVER)
    )
    register(platform, description, steward)
    for asker in (steward, approver, steward, _asker(platform, CITY_APPROVER)):
        go_forward(platform, path.stem, asker)


def _open(platform: Platform, path: Path) -> None:
    """Let everybody see the layers that are open: other departments refer to their codes."""
    for layer in orjson.loads(path.read_bytes())["layers"]:
        if layer["slug"] in OPEN_LAYERS:
            grantor = _asker(platform, GRANTOR)
            give(platform, layer["slug"], "", LayerScope(), "公益服务", "无条件共享", grantor)


def _deliver(platform: Platform, file: SampleFile) -> Delivery:
    given = file.delivery
    key = f"demo:{given.file}:{given.layer}"
    letter = Letter(given.layer, given.file, key, source_layer=given.source_layer or None)
    with file.path.open("rb") as stream:
        return deliver(platform, stream, letter, _asker(platform, given.sender))


def _tell_delivery(tell: Tell, file: SampleFile, delivery: Delivery) -> None:
    words, name, rows = delivery.state.words, file.path.name, f"{file.rows:,}"
    if file.delivery.whole:
        tell(Text(zh=f"{name} → {words.zh}", en=f"{name} → {words.en}"))
    else:
        tell(Text(zh=f"{name}（{rows} 行）→ {words.zh}", en=f"{name} ({rows} rows) → {words.en}"))


def _asker(platform: Platform, login: str) -> Asker:
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        assert account is not None, login
        return platform.accounts.asker(connection, account.id, Via.COMMAND, new_id("req"))


def _of_party(platform: Platform, code: str, role: Role) -> Asker:
    with reading(platform.database) as connection:
        party = platform.parties.find(connection, code)
        assert party is not None, code
        accounts = platform.accounts.list(connection, party.id)
    return _asker(platform, next(account.login for account in accounts if role in account.roles))


def _one_password(platform: Platform) -> None:
    """The same known password for all, which makes this an installation for trying only."""
    hashed = hash_password(PASSWORD)
    with unit(platform.database) as act:
        for account in platform.accounts.list(act.connection):
            platform.accounts.set_password(act, account.id, hashed, own=True)


def _logins(platform: Platform) -> tuple[tuple[str, Text], ...]:
    with reading(platform.database) as connection:
        return tuple(
            (account.login, platform.parties.get(connection, account.party).name)
            for account in platform.accounts.list(connection)
        )
