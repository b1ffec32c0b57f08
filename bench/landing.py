"""Landing by plain `diban submit`, nothing switched off, from the stored original to the flip."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.place import LAYER, LOGIN, Place
from bench.processes import run
from diban.ground import DeliveryId
from diban.store import reading


@dataclass(frozen=True, slots=True)
class Landing:
    """Seconds from the stored original to the flip, and the peak memory of all processes in MB."""

    seconds: float
    peak_mb: float


def land(place: Place, file: Path) -> Landing:
    """Submit a file to the empty layer in a process of its own."""
    command = [sys.executable, "-m", "diban.app.main", "submit", str(file), "--layer", LAYER, "--as", LOGIN]
    done = run([*command, "--home", str(place.home), "--json"])
    delivery_id = DeliveryId(str(orjson.loads(done.output)["id"]))
    with reading(place.platform.database) as connection:
        delivery = place.platform.deliveries.get(connection, delivery_id)
    version = place.platform.base.current(delivery.sent.layer)
    assert version is not None
    assert version.landed_at is not None
    return Landing((version.landed_at - delivery.received_at).total_seconds(), done.peak_mb)
