"""Overviews (概览) follow the feed: whatever lands on a layer or is erased from it asks for a job."""

from __future__ import annotations

from collections.abc import Collection

from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.base import OVERVIEW
from diban.ground import LayerId, new_id
from diban.store import reading, unit

READER = "overviews"
"""The name of the feed's cursor."""

_CONCERNED = ("layer.landed", "layer.erased")
_AT_ONCE = 1000


def follow_feed(platform: Platform) -> int:
    """Ask for the overviews of layers that changed since the cursor, and move it; how many entries."""
    with reading(platform.database) as connection:
        if not platform.feed.after(connection, platform.feed.cursor(connection, READER), 1):
            return 0
    with unit(platform.database) as act:
        position = platform.feed.cursor(act.connection, READER)
        entries = platform.feed.after(act.connection, position, _AT_ONCE)
        for entry in entries:
            if entry.kind in _CONCERNED:
                key = f"{OVERVIEW}:{entry.subject}:{entry.position}"
                platform.jobs.enqueue(act, OVERVIEW, key, {"layer": entry.subject})
        if entries:
            platform.feed.advance(act, READER, entries[-1].position)
    return len(entries)


def ask_for_overview(platform: Platform, layer: LayerId) -> None:
    """Ask for a layer's overview beside the feed, which tells of an erasure before it ends."""
    with unit(platform.database) as act:
        platform.jobs.enqueue(act, OVERVIEW, f"{OVERVIEW}:{layer}:{new_id('job')}", {"layer": layer})


def make_overview(platform: Platform, layer: LayerId, progress: Progress) -> None:
    """Make a layer's kept and drawn tiles those of its current version."""
    with reading(platform.database) as connection:
        found = platform.catalogue.by_layer(connection, layer).layers
    name = next(each.slug for each in found if each.layer == layer)
    platform.base.overview(layer, name, lambda drawn: progress("draw", drawn, None))


def rebuild(platform: Platform, slugs: Collection[str], progress: Progress) -> int:
    """Make all tiles of these layers anew, or of all layers; how many. `Missing` for an unknown slug.

    What is asked for meanwhile is made from the rows.
    """
    with reading(platform.database) as connection:
        if slugs:
            found = [platform.catalogue.by_layer_slug(connection, slug).layer(slug).layer for slug in slugs]
        else:
            found = list(platform.catalogue.layers_of(connection, None))
    layers = [layer for layer in found if layer is not None]
    for layer in layers:
        platform.base.forget_tiles(layer)
        make_overview(platform, layer, progress)
    return len(layers)
