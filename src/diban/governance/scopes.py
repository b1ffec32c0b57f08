"""Compile grants into a `Scope`: default deny, own layers whole, several grants never more than their sum.

Grants on one layer could be combined into more than any of them allows (the fields of one on the rows
of the other). So `combine` joins two grants only where their union is exact: they differ in nothing
but the visible fields, or in nothing but the rows. What one grant wholly contains falls away.
Where incomparable grants remain, one is used alone: the widest by `_width`, or the one that the
asker names.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations

import sqlalchemy as sa

from diban.governance.grants import Grant, list_grants
from diban.ground import AnyOf, LayerId, LayerScope, PartyId, Predicate, Scope, now
from diban.store import Database, Generation, reading

MAX_CACHED = 10_000


def scope_of(
    connection: sa.Connection,
    party: PartyId,
    lineage: Iterable[PartyId],
    own_layers: Iterable[LayerId],
    reason: str,
    grant: str | None = None,
) -> Scope:
    """What a party may see now: layers of its own whole, others as granted to it or to its lineage.

    ``lineage`` are the parties it stands under, with the one that stands for everybody;
    ``own_layers`` those whose resource it provides. With ``grant`` only that grant counts beside the
    own layers. The scope ends when the first of its grants does.
    """
    grants = list_grants(connection, parties=[party, *lineage], valid_at=now())
    if grant is not None:
        grants = [given for given in grants if given.id == grant]
    by_layer: dict[LayerId, list[Grant]] = {}
    for given in grants:
        by_layer.setdefault(given.layer, []).append(given)
    layers = {layer: combine([given.limits for given in some]) for layer, some in by_layer.items()}
    layers.update((layer, LayerScope()) for layer in own_layers)
    ends = [given.until for given in grants if given.until is not None]
    return Scope(holder=party, reason=reason, layers=layers, until=min(ends, default=None))


def combine(limits: Sequence[LayerScope]) -> LayerScope:
    """What several grants on one layer allow together, never a combination that none of them allows.

    ``limits`` holds at least one, oldest first; of two equally wide ones the older is used.
    """
    left = list(limits)
    while pair := _first_exact(left):
        kept, dropped, both = pair
        left[kept] = both
        del left[dropped]
    return max(left, key=_width)


class ScopeCache:
    """Compiled scopes of this process, forgotten as soon as the generation moves or a grant ends.

    A revocation therefore holds at the next request here, and within a second in other processes.
    """

    def __init__(self, database: Database, generation: Generation) -> None:
        self._database = database
        self._generation = generation
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], Scope] = {}
        self._of = -1

    def get(
        self,
        party: PartyId,
        lineage: Iterable[PartyId],
        own_layers: Callable[[sa.Connection], Iterable[LayerId]],
        reason: str,
        grant: str | None = None,
    ) -> Scope:
        """`scope_of`, from memory where it still holds; ``own_layers`` is asked only where it does not."""
        generation = self._generation.current()  # before reading: what is read later is never older
        above = sorted(set(lineage))
        key = (party, grant or "", *above)
        scope = self._remembered(generation, key)
        if scope is None:
            with reading(self._database) as connection:
                scope = scope_of(connection, party, above, own_layers(connection), reason, grant)
            with self._lock:
                if self._of == generation:
                    self._known[key] = scope
        return scope if scope.reason == reason else replace(scope, reason=reason)

    def held(self, party: PartyId, lineage: Iterable[PartyId], reason: str) -> Scope | None:
        """What `get` would answer without reading; None where it would read."""
        generation = self._generation.held()
        if generation is None:
            return None
        scope = self._remembered(generation, (party, "", *sorted(set(lineage))))
        return scope if scope is None or scope.reason == reason else replace(scope, reason=reason)

    def _remembered(self, generation: int, key: tuple[str, ...]) -> Scope | None:
        with self._lock:
            if self._of != generation or len(self._known) >= MAX_CACHED:
                self._known, self._of = {}, generation
            scope = self._known.get(key)
        ended = scope is not None and scope.until is not None and scope.until <= now()
        return None if ended else scope


def _first_exact(left: list[LayerScope]) -> tuple[int, int, LayerScope] | None:
    """The first two limits whose union is one `LayerScope` exactly: their places, and that union."""
    for (i, one), (j, other) in combinations(enumerate(left), 2):
        both = _joined(one, other)
        if both is not None:
            return i, j, both
    return None


def _joined(one: LayerScope, other: LayerScope) -> LayerScope | None:
    if _contains(one, other):
        return one
    if _contains(other, one):
        return other
    if one.fields is not None and other.fields is not None and replace(one, fields=other.fields) == other:
        return replace(one, fields=one.fields | other.fields)
    if one.rows is not None and other.rows is not None and replace(one, rows=other.rows) == other:
        return replace(one, rows=AnyOf((*_alternatives(one.rows), *_alternatives(other.rows))))
    return None


def _alternatives(rows: Predicate) -> tuple[Predicate, ...]:
    return rows.parts if isinstance(rows, AnyOf) else (rows,)


def _contains(wide: LayerScope, narrow: LayerScope) -> bool:
    """Whether ``wide`` allows everything that ``narrow`` does."""
    fields = wide.fields is None or (narrow.fields is not None and narrow.fields <= wide.fields)
    masks = all((name, mask) in narrow.masks or not narrow.shows(name) for name, mask in wide.masks)
    rows = wide.rows is None or wide.rows == narrow.rows
    area = wide.area is None or wide.area == narrow.area
    decimals = wide.decimals is None or (narrow.decimals is not None and narrow.decimals <= wide.decimals)
    zooms = wide.min_zoom <= narrow.min_zoom and narrow.max_zoom <= wide.max_zoom
    return fields and masks and rows and area and decimals and zooms


def _width(limits: LayerScope) -> tuple[float, ...]:
    """By what the widest is chosen: all rows, everywhere, most fields, fewest masks, finest, most levels."""
    return (
        limits.rows is None,
        limits.area is None,
        math.inf if limits.fields is None else len(limits.fields),
        -len(limits.masks),
        math.inf if limits.decimals is None else limits.decimals,
        limits.max_zoom - limits.min_zoom,
    )
