"""What may be seen, as a value: every read takes a `Scope`, by position, without a default.

Governance compiles grants into it; missing means deny. `Scope.system` sees everything and is easy
to find: it names its reason, which the audit keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

from diban.ground.errors import Denied
from diban.ground.ids import LayerId
from diban.ground.moment import now
from diban.ground.predicate import Predicate
from diban.ground.text import Text


class Mask(StrEnum):
    """How a field's text is shown to who may not see it whole."""

    HIDE = "hide"
    ENDS = "ends"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class LayerScope:
    """What may be seen of one layer; each None means "no limit of this sort".

    ``fields`` the visible fields; ``rows`` the condition that rows meet; ``area`` a WKB polygon
    (stored CRS) that a feature must intersect; ``decimals`` the precision of coordinates in
    degrees; ``masks`` fields shown only in part (never filtered or sorted by); ``min_zoom`` and
    ``max_zoom`` the tile levels that are answered.
    """

    fields: frozenset[str] | None = None
    rows: Predicate | None = None
    area: bytes | None = None
    decimals: int | None = None
    masks: tuple[tuple[str, Mask], ...] = ()
    min_zoom: int = 0
    max_zoom: int = 24

    def __repr__(self) -> str:
        # A frozenset's own order differs from process to process; this text stands in cache keys.
        shown = None if self.fields is None else sorted(self.fields)
        rest = (self.rows, self.area, self.decimals, self.masks, self.min_zoom, self.max_zoom)
        return f"LayerScope{(shown, *rest)}"

    @property
    def key(self) -> str:
        """16 hex digits that stand for what is seen: the same in every process, for cache keys and ETags."""
        return _key_of(self)

    def shows(self, name: str) -> bool:
        """Whether the field appears at all."""
        hidden = any(masked == name and mask is Mask.HIDE for masked, mask in self.masks)
        return not hidden and (self.fields is None or name in self.fields)

    def plain(self, name: str) -> bool:
        """Whether the field may be filtered and sorted by: shown, and not masked (no oracle)."""
        return self.shows(name) and not any(masked == name for masked, _ in self.masks)


@lru_cache(4096)
def _key_of(limits: LayerScope) -> str:
    return blake2b(repr(limits).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Scope:
    """Who reads, why, until when, and what of each layer. Layers not named are denied."""

    holder: str
    reason: str
    layers: Mapping[LayerId, LayerScope] = field(default_factory=dict)
    everything: bool = False
    until: datetime | None = None

    @classmethod
    def system(cls, reason: str) -> Scope:
        """The platform itself, for a stated reason; sees every layer whole."""
        return cls(holder="system", reason=reason, everything=True)

    @classmethod
    def nothing(cls, holder: str = "nobody") -> Scope:
        """Sees no layer."""
        return cls(holder=holder, reason="no grant")

    def on(self, layer: LayerId) -> LayerScope:
        """What may be seen of this layer; `Denied` when nothing."""
        if self.until is not None and now() >= self.until:
            raise Denied(Text(zh="授权已到期", en="the grant has ended"), field=layer, limit=str(self.until))
        if self.everything:
            return LayerScope()
        found = self.layers.get(layer)
        if found is None:
            raise Denied(
                Text(zh="没有查看该图层的授权", en="no grant to see this layer"),
                field=layer,
                remedy=Text(zh="请图层的提供方授权", en="ask the layer's provider for a grant"),
            )
        return found

    def allows(self, layer: LayerId) -> bool:
        """Whether `on` would answer."""
        ended = self.until is not None and now() >= self.until
        return not ended and (self.everything or layer in self.layers)

    def key(self, layer: LayerId) -> str:
        """`LayerScope.key` of what is seen of this layer; `Denied` when nothing is."""
        return self.on(layer).key
