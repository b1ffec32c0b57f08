"""What blocks leave open beside hills, rivers and the shore: woods and parks, so that no land is bare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from diban.app.sample_city.land import Land
from diban.app.sample_city.mesh import Mesh
from diban.app.sample_city.names import Names
from diban.app.sample_city.plane import Complexes, Geometries, Ints
from diban.app.sample_city.quads import polygons

_EDGE = 14.0
"""Between a verge and what it lies beside, in metres: a path, a ditch, the foot of a slope."""
_NARROWEST, _LEAST = 22.0, 5000.0
"""Strips narrower than this, and pieces with fewer square metres, stay bare."""
_BANK, _FOOT = 6.0, 0.5
"""How near they come to water and to hills, in metres."""
_STEP = 120.0
_NEAR, _BY_THE_SEA = 90.0, 300.0
WOODS, PARK = "1", "2"
_NAMES = {
    "hill": ("林地", " Woods", WOODS),
    "water": ("河滨绿地", " Riverside", PARK),
    "shore": ("海滨绿地", " Seaside", PARK),
    "open": ("绿地", " Green", PARK),
}


@dataclass(frozen=True, slots=True)
class Verges:
    """Pieces of green: where, in which superblock, and beside what."""

    outlines: Geometries
    superblock: Ints
    beside: list[str]

    def named(self, community: Names) -> tuple[Names, pa.Array]:
        """A name for each, after its community's, and the class of green."""
        zh, en, kind = (
            pa.array([_NAMES[one][part] for one in self.beside], pa.string()) for part in range(3)
        )
        return community.then(zh, en), kind


def drawn(mesh: Mesh, inner: Complexes, corners: Complexes) -> Geometries:
    """Cells of the plan drawn in (``inner``, on the board), as far as they lie within themselves.

    Between far corners a street bends more than the straight side of its cell, and a sharp cell that is
    drawn in may reach beyond itself. Empty where nothing is left.
    """
    outlines = polygons(inner)
    whole = shapely.buffer(mesh.ripples.bend(shapely.segmentize(polygons(corners), _STEP)), -_BANK)
    sound = shapely.is_valid(outlines)
    found: Geometries = np.full(len(outlines), shapely.Polygon())
    found[sound] = shapely.intersection(outlines[sound], whole[sound])
    return found


def verges(land: Land, superblock: Ints, outlines: Geometries, taken: Geometries, of: Ints) -> Verges:
    """What is left of pieces of superblocks (``outlines`` on the board) without what is ``taken``.

    ``of`` numbers the piece from which each taken shape is.
    """
    ground = _ground(land)
    found: list[Geometries] = [np.array([], np.object_)]
    home = [np.array([], np.int64)]
    for number, outline in enumerate(outlines):
        if outline.is_empty:
            continue
        rest = outline.intersection(shapely.clip_by_rect(ground, *outline.bounds))
        used = shapely.union_all(shapely.buffer(taken[of == number], _EDGE, join_style="mitre"))
        pieces = _rounded(rest.difference(used))
        found.append(pieces)
        home.append(np.full(len(pieces), superblock[number]))
    every = np.concatenate(found)
    return Verges(every, np.concatenate(home), _beside(land, every))


def _ground(land: Land) -> shapely.Geometry:
    """Where they can lie."""
    water = shapely.buffer([*land.rivers, *land.lakes], _BANK)
    return land.open.difference(shapely.union_all([*shapely.buffer(land.hills, _FOOT), *water]))


def _rounded(shape: shapely.Geometry) -> Geometries:
    """Its pieces without narrow strips and small ones."""
    half = _NARROWEST / 2
    opened = shape.buffer(-half).buffer(half - 0.5, quad_segs=3).simplify(0.4)
    pieces: Geometries = shapely.get_parts(opened)
    kept: Geometries = pieces[(shapely.area(pieces) > _LEAST) & shapely.is_valid(pieces)]
    return kept


def _beside(land: Land, pieces: Geometries) -> list[str]:
    """Beside what each lies: where several are near, the last of hill, shore and water."""
    told = np.full(len(pieces), "open", np.object_)
    for word, shapes, near in (
        ("hill", land.hills, _NEAR),
        ("shore", land.sea, _BY_THE_SEA),
        ("water", [*land.rivers, *land.lakes], _NEAR),
    ):
        told[shapely.STRtree(shapes).query(pieces, predicate="dwithin", distance=near)[0]] = word
    said: list[str] = told.tolist()
    return said
