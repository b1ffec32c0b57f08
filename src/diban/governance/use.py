"""The meter of use: every read is counted, for microseconds, and written as sums within a second.

A process counts in memory; a thread writes what came together. A flush is written once even when its
commit was not confirmed: each counter numbers its flushes in the store's counters. Counts that
could not be written are kept and written when the database is back; only a killed process loses
its last second.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from diban.governance.ledger_tables import use_sum
from diban.ground import Fault, PartyId, ResourceId, new_id
from diban.store import Database, Unit, advance, unit, value_of

FLUSH_SECONDS = 0.5
MAX_PLACES = 100_000
"""Sums held in memory at most; beyond, new ones are counted by block and status only."""

_Place = tuple[str, str, str, str, str, str, int]
_KEYS = ("day", "resource", "layer", "block", "party", "key", "status")
_SUMS = ("calls", "rows", "bytes")


class UseCounter:
    """Counts the reads of one process: `start` it there (after any fork), `close` it at the end."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self.zone = zone
        """The city's time zone, whose days are counted."""
        self._name = new_id("use")
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="use", daemon=True)
        self._day, self._midnight = "", 0.0
        self._sums: dict[_Place, list[int]] = {}
        self._batch: dict[_Place, list[int]] = {}
        self._number = 0
        self.fault: Fault | None = None
        """Why the last flush failed; None when it did not."""

    def record(
        self,
        resource: str,
        layer: str,
        block: str,
        party: str,
        key: str,
        status: int,
        rows: int = 0,
        size: int = 0,
    ) -> None:
        """Count one answer: by whom (party, API key id or ""), with which status, how many rows and bytes.

        Names must be ids that were looked up, never text from a request. The day is the city's.
        """
        with self._lock:
            if (moment := time.time()) >= self._midnight:
                self._turn_day(moment)
            place = (self._day, resource, layer, block, party, key, status)
            held = self._sums.get(place)
            if held is None:
                held = self._open(place)
            held[0] += 1
            held[1] += rows
            held[2] += size

    def start(self) -> None:
        """Begin to write twice a second, under a name that no other process uses."""
        self._name = new_id("use")
        self._thread.start()

    def close(self) -> None:
        """Stop, and write what is left; raises when that fails, since these counts are then lost."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()

    def flush(self) -> None:
        """Write what was counted so far; what fails stays counted, and is written by the next flush."""
        with self._flushing:
            if self._batch:
                self._write()
            with self._lock:
                self._batch, self._sums = self._sums, {}
            if self._batch:
                self._number += 1
                self._write()

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_SECONDS):
            try:
                self.flush()
                self.fault = None
            except Fault as fault:  # kept for the metrics; the next flush repeats the same batch
                self.fault = fault

    def _write(self) -> None:
        with unit(self._database) as act:
            # An unconfirmed commit may have happened: its number tells.
            written = value_of(act.connection, self._name)
            if written < self._number:
                advance(act.connection, self._name, self._number - written)
                _add(act, self._batch)
        self._batch = {}

    def _open(self, place: _Place) -> list[int]:
        if len(self._sums) >= MAX_PLACES:
            day, _, _, block, _, _, status = place
            place = (day, "", "", block, "", "", status)
        return self._sums.setdefault(place, [0, 0, 0])

    def _turn_day(self, moment: float) -> None:
        today = datetime.fromtimestamp(moment, self.zone)
        tomorrow = datetime.combine(today.date() + timedelta(days=1), datetime.min.time(), self.zone)
        self._day, self._midnight = today.date().isoformat(), tomorrow.timestamp()


def _add(act: Unit, batch: dict[_Place, list[int]]) -> None:
    make = sqlite.insert if act.connection.dialect.name == "sqlite" else postgresql.insert
    fresh = make(use_sum)
    statement = fresh.on_conflict_do_update(
        index_elements=list(_KEYS),
        set_={name: use_sum.c[name] + fresh.excluded[name] for name in _SUMS},
    )
    names = _KEYS + _SUMS
    # In the order of their keys: two processes then never wait for each other in a circle.
    rows = [dict(zip(names, (*place, *sums), strict=True)) for place, sums in sorted(batch.items())]
    act.connection.execute(statement, rows)


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """What one party read of one resource on one day of the city."""

    day: date
    resource: ResourceId
    party: PartyId
    calls: int
    rows: int
    bytes: int


def use_of(
    connection: sa.Connection,
    since: date,
    until: date,
    *,
    resource: ResourceId | None = None,
    party: PartyId | None = None,
) -> list[DayOfUse]:
    """Successful reads (status below 400) per day, resource and party, both days included."""
    by = [use_sum.c.day, use_sum.c.resource, use_sum.c.party]
    # SUM of BIGINT is NUMERIC on PostgreSQL; cast, both engines answer the same integers.
    sums = [sa.cast(sa.func.sum(use_sum.c[name]), sa.BigInteger).label(name) for name in _SUMS]
    asked = sa.select(*by, *sums).group_by(*by).order_by(*by)
    asked = asked.where(use_sum.c.day.between(since.isoformat(), until.isoformat()), use_sum.c.status < 400)
    for column, value in ((use_sum.c.resource, resource), (use_sum.c.party, party)):
        if value is not None:
            asked = asked.where(column == value)
    return [
        DayOfUse(
            date.fromisoformat(row.day), ResourceId(row.resource), PartyId(row.party), row[3], row[4], row[5]
        )
        for row in connection.execute(asked)
    ]
