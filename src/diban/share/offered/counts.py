"""Exact numbers of features, counted once: a version never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace

from diban.base import Query, Snapshot
from diban.share.services import Services

MOST = 4096


class Counts:
    """What was counted in this process; forgotten when the generation moves, since rows can be erased."""

    def __init__(self, services: Services) -> None:
        self._generation = services.generation
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, int] = OrderedDict()

    def matched(self, snapshot: Snapshot, query: Query) -> int:
        """How many features the query matches in all its pages."""
        version = None if snapshot.version is None else snapshot.version.id
        asked = replace(query, fields=None, order=(), limit=1, after=None)
        key = (self._generation.current(), snapshot.layer, version, snapshot.scope, asked)
        with self._lock:
            if (found := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return found
        found = snapshot.count(asked)
        with self._lock:
            self._known[key] = found
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return found
