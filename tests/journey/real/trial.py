"""Real files down the road: described, registered, delivered, answered when asked; one row of a table each.

``DIBAN_TEST_DATA=… python -m tests.journey.real.trial`` prints the table of docs/real-files.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diban.app import (
    Letter,
    Platform,
    Settings,
    answer,
    deliver,
    describe,
    found,
    import_organisation,
    proceed,
    register,
    save_mapping,
)
from diban.governance import Asker, Via
from diban.ground import Extent, new_id
from diban.intake import Delivery, DeliveryState, Unreadable
from diban.store import reading
from tests.journey.real.files import DISTRICTS, FILES, SHENZHEN, Box, Sent

_SHEET = """机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色
住房局,Housing,agency,,,h.steward,甲,A,steward
"""
_LOGIN = "h.steward"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a file: ``asked`` is the proposal of the question, "–" for none, None when not asked."""

    sent: Sent
    format: str
    encoding: str
    rows: int
    asked: str | None
    delivery: Delivery | None
    findings: dict[str, int]

    @property
    def outcome(self) -> str:
        """The state in which the delivery ended."""
        return "unreadable" if self.delivery is None else self.delivery.state.value


class Cities:
    """An installation for each city, in a folder; Shenzhen's districts have landed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cities: dict[Box, Platform] = {}

    def platform(self, city: Box, data: Path) -> Platform:
        """The city's installation, founded when first asked for."""
        if city not in self._cities:
            home = self._folder / f"city-{len(self._cities)}"
            made, _ = found(Settings(home, "实测", "Real", Extent(*city)))
            import_organisation(made, _SHEET.encode(), "sheet.csv", _asker(made, "system.admin"))
            self._cities[city] = made
            if city == SHENZHEN:
                landed = self.send(DISTRICTS, data, slug="districts")
                assert landed.outcome == "landed", landed.findings
        return self._cities[city]

    def close(self) -> None:
        """Close every installation."""
        for platform in self._cities.values():
            platform.close()

    def send(self, sent: Sent, data: Path, slug: str) -> Tried:
        """Send a file as its steward would, and answer with the truth when asked."""
        platform = self.platform(sent.city, data)
        made = sent.make(data, self._folder)
        try:
            described = describe(made, "住房局", header=sent.mapping.get("header") is not False)
        except Unreadable as fault:
            return Tried(sent, made.suffix, "", 0, None, None, {fault.code: 1})
        asker = _asker(platform, _LOGIN)
        register(platform, _registered(described.draft, slug, sent), asker)
        if sent.mapping:
            save_mapping(platform, slug, sent.mapping, asker)
        with made.open("rb") as stream:
            delivery = deliver(platform, stream, Letter(slug, made.name, slug), asker)
        asked = None
        if delivery.state is DeliveryState.ASKED:
            proposal = (delivery.question or {}).get("proposal")
            asked = str(proposal["crs"] if isinstance(proposal, dict) else proposal or "–")
            delivery = proceed(platform, answer(platform, delivery.id, sent.truth, asker).id)
        report: dict[str, Any] = delivery.report or {}
        found = {str(one["code"]): int(one["count"]) for one in report.get("findings", ())}
        rows = int(report.get("rows", 0))
        return Tried(sent, described.source.format, _encoding(report), rows, asked, delivery, found)


def tried(folder: Path, data: Path) -> Iterator[Tried]:
    """Every file, one after the other."""
    cities = Cities(folder)
    for number, sent in enumerate(FILES):
        yield cities.send(sent, data, f"real-{number}")


def _registered(draft: dict[str, Any], slug: str, sent: Sent) -> dict[str, Any]:
    (layer,) = draft["layers"]
    taken = set(sent.mapping.values())
    schema = layer["schema"] | {
        "geometry": sent.geometry or layer["schema"]["geometry"],
        "fields": [one for one in layer["schema"]["fields"] if one["name"] not in taken],
    }
    return draft | {"slug": slug, "layers": [layer | {"slug": slug, "schema": schema}]}


def _encoding(report: dict[str, Any]) -> str:
    for one in report.get("findings", ()):
        if one["code"].startswith("read.encoding"):
            return str(one["message"]["en"])
    return ""


def _asker(platform: Platform, login: str) -> Asker:
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        assert account is not None
        return platform.accounts.asker(connection, account.id, Via.COMMAND, new_id("req"))


def _row(one: Tried) -> str:
    asked = "taken" if one.asked is None else f"asked, proposes {one.asked}; answered {one.sent.truth}"
    asked = "refused" if "crs.unsupported" in one.findings else asked
    findings = ", ".join(f"`{code}` {count:,}" for code, count in one.findings.items()) or "–"
    cells = (one.sent.name, one.format, one.encoding or "–", f"{one.rows:,}", asked, findings, one.outcome)
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Print the table."""
    data = Path(os.environ["DIBAN_TEST_DATA"])
    head = ("file", "format", "encoding", "rows", "coordinates", "findings", "outcome")
    sys.stdout.write(f"| {' | '.join(head)} |\n{'| --- ' * len(head)}|\n")
    with tempfile.TemporaryDirectory() as folder:
        for one in tried(Path(folder), data):
            sys.stdout.write(_row(one) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
