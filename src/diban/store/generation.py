"""How a process learns, within a second and for microseconds, that another one changed something."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from diban.ground import Fault
from diban.store.acts import Unit, glancing
from diban.store.counters import advance, value_of
from diban.store.database import Database

POLL_SECONDS = 0.25
_NAME = "generation"
_NEVER = float("-inf")


class Generation:
    """A number that every act moves which readers must notice: landings, states, grants, revocations.

    ``current`` answers from memory and asks the database at most every 250 ms (well inside the
    promised second); `bump` belongs into the act's `Unit`. Caches hold it in their keys.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._value = -1
        self._asked = _NEVER
        self._known = threading.Lock()
        self._forgotten = 0

    def bump(self, unit: Unit) -> None:
        """Move the number in this act; this process forgets what it knew once the act is committed."""
        advance(unit.connection, _NAME)
        unit.then(self.forget)

    def forget(self) -> None:
        """Ask again at the next look, also when another thread is asking just now."""
        with self._known:
            self._forgotten += 1
            self._asked = _NEVER

    def held(self) -> int | None:
        """What `current` would answer without asking the database; None where it would ask."""
        return self._value if time.monotonic() - self._asked < POLL_SECONDS else None

    def renew(self) -> None:
        """Ask ahead of need where that is `due`, so that `held` goes on answering; raises no `Fault`."""
        if self.due and self._lock.acquire(blocking=False):
            try:
                with suppress(Fault):
                    self._refresh()
            finally:
                self._lock.release()

    @property
    def due(self) -> bool:
        """Whether half the time has passed for which an answer holds."""
        return time.monotonic() - self._asked >= POLL_SECONDS / 2

    def current(self) -> int:
        """The number; raises `Unavailable` only when it was never read."""
        if time.monotonic() - self._asked < POLL_SECONDS:
            return self._value
        with self._lock:
            if time.monotonic() - self._asked >= POLL_SECONDS:
                self._refresh()
            return self._value

    def _refresh(self) -> None:
        # What is read may be as old as the moment of asking, and older than an act forgotten since.
        asked, forgotten = time.monotonic(), self._forgotten
        try:
            with glancing(self._database) as connection:
                self._value = value_of(connection, _NAME)
        except Fault:
            if self._value < 0:
                raise
            asked = time.monotonic()  # an outage is not asked about again by every request
        with self._known:
            if self._forgotten == forgotten:
                self._asked = asked
