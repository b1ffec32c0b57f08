"""Answers that hold tiles, kept in memory within a bound of bytes: each belongs to what it is made from.

An entry is found by all that its tile is made from (`MadeFrom`: layer, what may be seen, schema, state,
address), so that it cannot be out of date, nor reach anybody who may see less. What a place is made
from just now is noted beside, with the standing of its layer under which that was found out.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

from diban.ground import LayerId
from diban.share.http.conditional import MadeFrom
from diban.share.offered.desk import Answer

Key = TypeVar("Key")
Value = TypeVar("Value")
ENTRY_BYTES = 1_500
"""What an entry takes beside its body."""
NOTE_BYTES = 1_000
"""What a note takes; an eighth of all bytes is for them."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the tile of a place was made from when its layer stood so, and its entity tag."""

    standing: str
    made_from: MadeFrom
    tag: str


class TileCache:
    """Thread-safe; the least lately used goes first. ``most`` bytes of 0 keep nothing."""

    def __init__(self, most: int) -> None:
        self._most, self._most_notes = most - most // 8, most // 8 // NOTE_BYTES
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[MadeFrom, Hashable], Answer] = OrderedDict()
        self._notes: OrderedDict[Hashable, Note] = OrderedDict()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """What all entries and notes take."""
        return self._bytes + len(self._notes) * NOTE_BYTES

    def note(self, place: Hashable) -> Note | None:
        """What was noted of a place."""
        with self._lock:
            return _used(self._notes, place)

    def answer(self, made_from: MadeFrom, form: Hashable) -> Answer | None:
        """The answer that holds this tile in this form."""
        with self._lock:
            return _used(self._answers, (made_from, form))

    def forget(self, layer: LayerId) -> None:
        """Let go of every answer that holds a tile of a layer: something was erased from it."""
        with self._lock:
            for key in [key for key in self._answers if layer in key[0]]:
                self._bytes -= _size(self._answers.pop(key))

    def keep_note(self, place: Hashable, note: Note) -> None:
        """Note what the tile of a place is made from."""
        with self._lock:
            self._notes[place] = note
            self._notes.move_to_end(place)
            if len(self._notes) > self._most_notes:
                self._notes.popitem(last=False)

    def keep(self, made_from: MadeFrom, form: Hashable, answer: Answer) -> None:
        """Keep an answer; one that is larger than all there is room for is not kept."""
        size = _size(answer)
        if size > self._most:
            return
        with self._lock:
            if (made_from, form) in self._answers:
                return
            self._answers[made_from, form] = answer
            self._bytes += size
            while self._bytes > self._most:
                self._bytes -= _size(self._answers.popitem(last=False)[1])


def _used(held: OrderedDict[Key, Value], key: Key) -> Value | None:
    found = held.get(key)
    if found is not None:
        held.move_to_end(key)
    return found


def _size(answer: Answer) -> int:
    return len(answer[0].body) + ENTRY_BYTES
