"""The made-up town: one that all tests only read, and a copy of it for a test that changes it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import structlog
from structlog.typing import EventDict

from diban.app import keep_preview
from diban.governance import By, Decision, Verdict, record_decision
from diban.ground import Mode, Text
from diban.intake import Delivery, DeliveryState, Sent
from diban.store import unit
from tests.contract.board import features_of
from tests.share.client import Client
from tests.share.town import CHANGES, REPORT, ROWS, Town, building, fill_town, found_town, open_town

ORIGINAL = b"<script>alert(1)</script>"


@pytest.fixture(scope="session", autouse=True)
def _quiet_log() -> Iterator[None]:
    """Logs as the server writes them, kept out of sight: pictures of failing frames take seconds."""
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, _drop])
    yield
    structlog.reset_defaults()


def _drop(_logger: object, _name: str, _event: EventDict) -> EventDict:
    raise structlog.DropEvent


@pytest.fixture(scope="session")
def town_as_built(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town's folder, closed for good: a copy taken of an open database would break its locks."""
    folder = tmp_path_factory.mktemp("town") / "as-built"
    folder.mkdir()
    with open_town(folder, found_town(folder), {}) as town:
        fill_town(town)
    return town


@pytest.fixture(scope="session")
def town(town_as_built: Town) -> Iterator[Town]:
    """The town, for tests that only read it."""
    with copied(town_as_built, town_as_built.folder.with_name("read")) as town:
        yield town


@pytest.fixture
def own_town(town_as_built: Town, tmp_path: Path) -> Iterator[Town]:
    """A town that the test may change."""
    with copied(town_as_built, tmp_path / "town") as own:
        yield own


def copied(town: Town, folder: Path) -> AbstractContextManager[Town]:
    """The town in a folder of its own."""
    shutil.copytree(town.folder, folder)
    return open_town(folder, town.parties, dict(town.layers))


@pytest.fixture(scope="session")
def transport(town: Town) -> Client:
    """The transport agency, which may see all buildings and permits."""
    return town.client("transport")


@pytest.fixture(scope="session")
def nobody(town: Town) -> Client:
    """Somebody who has not said who they are."""
    return town.client()


@pytest.fixture
def delivered(own_town: Town) -> Delivery:
    """A delivery of the housing bureau that a person is asked about."""
    services = own_town.services
    with unit(services.database) as act:
        resource = services.catalogue.by_slug(act.connection, "housing")
        account = own_town.account("housing")
        sent = Sent(
            key="k1",
            resource=resource.id,
            layer=own_town.layers["buildings"],
            party=own_town.parties["housing"].id,
            sender=account.id,
            file_name="<img src=x>.geojson",
            digest=own_town.platform.blobs.put(io.BytesIO(ORIGINAL), limit=len(ORIGINAL)),
            size=len(ORIGINAL),
            mode=Mode.FULL,
        )
        delivery = services.deliveries.open(act, sent)
        delivery = services.deliveries.move(
            act, delivery, DeliveryState.WAITING, account.id, "", report=REPORT, changes=CHANGES
        )
        why = Text(zh="删除过多", en="removes much")
        record_decision(
            act,
            By(account.id, sent.party, "req_test"),
            delivery=delivery.id,
            resource=resource.id,
            party=sent.party,
            decision=Decision(Verdict.ASK, (why,), "1"),
        )
    base, layer = services.base, own_town.layers["buildings"]
    current, plan = base.current(layer), own_town.platform.work / delivery.id / "plan"
    assert current is not None
    features = features_of(base.schema(layer), [building(number) for number in range(2, ROWS + 3)])
    keep_preview(own_town.platform, delivery, base.compare(layer, features, current.id, Mode.FULL, plan))
    return delivery
