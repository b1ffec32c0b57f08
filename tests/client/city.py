"""A small city with lots of every kind of field, and its steward's programs."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from diban.app import give, go_forward, new_key, register
from diban.client import Client
from diban.governance import keys_of
from diban.ground import AssetKind, LayerScope, Mask, PartyId, now
from diban.store import reading
from tests.app.town import APPROVER, CITY, STEWARD, Town, description
from tests.served import serving

Row = dict[str, str]
LOTS = "lots"
KINDS = {
    "code": "text",
    "name": "text",
    "floors": "integer",
    "height": "decimal",
    "worth": "decimal",
    "share": "float",
    "listed": "boolean",
    "since": "date",
    "seen": "instant",
}
DIGITS = {"height": {"digits": 6, "scale": 1}, "worth": {"digits": 18, "scale": 4}}
SCHEMA: dict[str, Any] = {
    "geometry": "polygon",
    "key": "code",
    "fields": [
        {"name": name, "kind": kind, "title": {"zh": name, "en": name.title()}, **DIGITS.get(name, {})}
        for name, kind in KINDS.items()
    ],
}
ROWS = 230


@dataclass
class City:
    """A served installation: its address, what stands behind it, and a key of its steward."""

    url: str
    town: Town
    key: str

    def client(self, **said: Any) -> Client:
        """A client as its steward's program, unless something else is said."""
        told = {"key": self.key, "language": "en", "trust_env": False, **said}
        return Client(told.pop("address", self.url), **told)

    def fresh_key(self) -> tuple[str, str]:
        """The id of one more key, and the key."""
        asker = self.town.asker(STEWARD)
        platform = self.town.platform
        with reading(platform.database) as connection:
            before = {one.id for one in keys_of(connection, asker.party or PartyId(""))}
        text = new_key(platform, "test", now() + timedelta(days=1), asker)
        with reading(platform.database) as connection:
            (made,) = {one.id for one in keys_of(connection, asker.party or PartyId(""))} - before
        return made, text

    def revoke(self, key: str) -> None:
        """End a key, as its steward does."""
        command = [sys.executable, "-m", "diban.app.main", "user", "revoke", key, "--as", STEWARD]
        home = str(self.town.platform.settings.home)
        subprocess.run([*command, "--home", home], check=True, capture_output=True, timeout=60)


def served_city(town: Town) -> Iterator[City]:
    """Lots of every kind of field, in two versions, masked for the public; plots; a raster to come."""
    register(town.platform, description(LOTS, SCHEMA), town.asker(STEWARD))
    for login in (STEWARD, APPROVER, STEWARD, CITY):
        go_forward(town.platform, LOTS, town.asker(login))
    shown = LayerScope(fields=frozenset({"code", "floors", "since"}), masks=(("floors", Mask.ENDS),))
    give(town.platform, LOTS, "", shown, "test", "test", town.asker(APPROVER))
    town.enter_file("aerial", AssetKind.RASTER, published=True)
    land_lots(town, lambda row: row)
    land_lots(town, lambda row: row | {"floors": "99"} if row["code"][-1] == "7" and row["floors"] else row)
    key = new_key(town.platform, "test", now() + timedelta(days=1), town.asker(STEWARD))
    with serving(town.platform.settings.home) as url:
        yield City(url, town, key)


def land_lots(town: Town, change: Callable[[Row], Row]) -> str:
    """Land lots as the rows that ``change`` makes of them; the version."""
    delivery = town.send(LOTS, lots_csv(change), "lots.csv", crs="EPSG:4490")
    assert delivery.version is not None, delivery.report
    return delivery.version


def lots_csv(change: Callable[[Row], Row] = lambda row: row) -> bytes:
    """A table of lots as the rows that ``change`` makes of them."""
    out = io.StringIO()
    lines = csv.DictWriter(out, [*KINDS, "wkt"])
    lines.writeheader()
    lines.writerows(change(_lot(number)) for number in range(ROWS))
    return out.getvalue().encode()


def _lot(number: int) -> Row:
    west, south = 113.9000123 + number % 20 * 1e-3, 22.5000123 + number // 20 * 1e-3
    east, north = west + 5.0123e-4, south + 5.0123e-4
    some = number % 9 != 0  # every ninth lacks what it may lack
    return {
        "code": f"L{number:04d}",
        "name": f"地块{number}",
        "floors": str(number % 30 + 101) if some else "",
        "height": f"{number / 10:.1f}",
        "worth": f"{12345678901234 + number}.{number * 7 % 10000:04d}",
        "share": repr(number / 7) if some else "",
        "listed": str(number % 2 == 0).lower() if some else "",
        "since": f"20{number % 20 + 10}-0{number % 9 + 1}-11" if some else "",
        "seen": f"2026-01-02T03:04:05.{number:06d}Z" if some else "",
        "wkt": f"POLYGON (({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))",
    }
