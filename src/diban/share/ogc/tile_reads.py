"""Reading tiles: from memory where nothing has touched them since, else drawn and remembered."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Response

from diban.base import Moved, Snapshot, Tile, TileAddress
from diban.ground import NOW, LayerId, Moment
from diban.share.http.conditional import CACHING, tag_of_parts, tile_made_from, unchanged
from diban.share.http.packing import MVT, PACKED_FROM, takes_gzip
from diban.share.offered.desk import Answer, Asked
from diban.share.ogc.tile_cache import Note, TileCache
from diban.share.services import Services

WORLD = TileAddress(0, 0, 0)
_MOST_STANDINGS = 10_000

_Seen = tuple[LayerId, str]
"""A layer, and what may be seen of it (`LayerScope.key`)."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a layer stands as of a generation, and the erasures that it has seen."""

    generation: int
    state: str
    erasures: str


class TileReads:
    """Answers that hold a tile, the same from memory as read anew."""

    def __init__(self, services: Services) -> None:
        self._base, self._generation = services.base, services.generation
        self._seconds = services.read_seconds
        self._cache = TileCache(services.tile_memory)
        self._standings: dict[_Seen, _Standing] = {}

    def remembered(self, asked: Asked, square: TileAddress) -> Answer | None:
        """The present tile of a square without reading; None where something has to be read."""
        seen = (asked.offered.id, asked.scope.key(asked.offered.id))
        standing, generation = self._standings.get(seen), self._generation.held()
        if standing is None or standing.generation != generation:
            return None
        note = self._cache.note((*seen, square))
        if note is None or note.standing != standing.state:
            return None
        if (held := unchanged(asked.request, note.tag)) is not None:
            return held, 0
        return self._cache.answer(note.made_from, _form(asked))

    def read(self, asked: Asked, square: TileAddress, moment: Moment) -> Answer:
        """The tile of a square at a moment."""
        generation = self._generation.current()  # before anything else: what is read later is never older
        if moment == NOW and (answer := self.remembered(asked, square)) is not None:
            return answer
        snapshot = self._base.served(asked.offered.id, moment, asked.scope, self._seconds)

        def told() -> Answer:
            standing = self._standing(snapshot, generation) if moment == NOW else None
            return self._drawn(asked, square, snapshot, standing)

        try:
            with snapshot.together(square):
                return told()
        except Moved:  # the tile was made anew just now: once more, in one transaction from the start
            with snapshot.together():
                return told()

    def _drawn(self, asked: Asked, square: TileAddress, snapshot: Snapshot, standing: str | None) -> Answer:
        """The tile as the snapshot has it, drawn where it is not remembered; noted under the standing."""
        made_from = tile_made_from(snapshot, square)
        tag = tag_of_parts(made_from)
        if standing is not None:
            place = (snapshot.layer, snapshot.scope.key, square)
            self._cache.keep_note(place, Note(standing, made_from, tag))
        if (held := unchanged(asked.request, tag)) is not None:
            return held, 0
        form = _form(asked)
        answer = self._cache.answer(made_from, form)
        if answer is None:
            tile = snapshot.tile(asked.offered.layer.slug, square)
            answer = _response(tile, tag, gzip=form[1]), tile.features
            self._cache.keep(made_from, form, answer)
        return answer

    def _standing(self, snapshot: Snapshot, generation: int) -> str:
        """How the layer stands as of a generation: while it does, no tile of it is made from anything else.

        An overview keeps the tile of the whole earth last, so that this one tells when it was made anew.
        """
        seen = (snapshot.layer, snapshot.scope.key)
        known = self._standings.get(seen)
        if known is None or known.generation != generation:
            if len(self._standings) >= _MOST_STANDINGS:
                self._standings.clear()
            erasures = snapshot.erasures()
            if known is not None and known.erasures != erasures:
                self._cache.forget(snapshot.layer)
            state = f"{snapshot.schema.number}/{snapshot.state}/{snapshot.state_of(WORLD)}"
            known = self._standings[seen] = _Standing(generation, state, erasures)
        return known.state


def _form(asked: Asked) -> tuple[str, bool]:
    """What else tells answers apart: the layer's name in the tile, and compression."""
    return asked.offered.layer.slug, takes_gzip(asked.request)


def _response(tile: Tile, tag: str, *, gzip: bool) -> Response:
    """The answer that holds a tile; 204 when there is nothing in it."""
    headers = {"ETag": tag, "Cache-Control": CACHING, "Diban-Features-Counted": str(tile.counted)}
    if tile.left_out:
        headers["Diban-Features-Left-Out"] = str(tile.left_out)
    if tile.simplified:
        headers["Diban-Features-Simplified"] = "true"
    if tile.empty:
        return Response(status_code=204, headers=headers)
    if not tile.small and len(tile.plain) < PACKED_FROM:
        return Response(tile.plain, media_type=MVT, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    if gzip:
        headers["Content-Encoding"] = "gzip"
    return Response(tile.packed if gzip else tile.data, media_type=MVT, headers=headers)
