"""Four-cornered cells: the one shape that superblocks, blocks, parcels and plots are cut from.

A cell is four complex corners, counter-clockwise; side k runs from corner k to corner k + 1.
"""

from __future__ import annotations

import numpy as np
import shapely

from diban.app.sample_city.plane import Complexes, Flags, Floats, Geometries, Ints, pairs

_LEAST = 3.0


def spans(cells: Complexes) -> tuple[Floats, Floats]:
    """How long each cell is along sides 0 and 2, and along sides 1 and 3, in metres."""
    sides = np.abs(np.roll(cells, -1, axis=1) - cells)
    return (sides[:, 0] + sides[:, 2]) / 2, (sides[:, 1] + sides[:, 3]) / 2


def lengthwise(cells: Complexes, sides: Ints) -> tuple[Complexes, Ints]:
    """The same cells, numbered so that side 0 is one of the longer ones."""
    long, short = spans(cells)
    turn = (short > long)[:, None]
    return np.where(turn, np.roll(cells, -1, axis=1), cells), np.where(
        turn, np.roll(sides, -1, axis=1), sides
    )


def between(cells: Complexes, u: Floats, v: Floats) -> Complexes:
    """Points inside cells: u from side 3 to side 1, v from side 0 to side 2, each from 0 to 1."""
    p, q, r, s = (cells[..., corner] for corner in range(4))
    inside: Complexes = (p * (1 - u) + q * u) * (1 - v) + (s * (1 - u) + r * u) * v
    return inside


def grid(cells: Complexes, across: Ints, deep: Ints) -> tuple[Complexes, Ints, Ints]:
    """Every cell cut into ``across`` × ``deep``: the parts, the cell of each, and its row from side 0."""
    total = across * deep
    owner = np.repeat(np.arange(len(cells)), total)
    order = np.arange(len(owner)) - np.repeat(total.cumsum() - total, total)
    column, row = order % across[owner], order // across[owner]
    u, v = (np.stack([at, at + 1], axis=1) / of[owner, None] for at, of in ((column, across), (row, deep)))
    corners = between(cells[owner, None], u[:, [0, 1, 1, 0]], v[:, [0, 0, 1, 1]])
    return corners, owner, row


def directions(cells: Complexes) -> Complexes:
    """Unit vectors along the four sides."""
    along = np.roll(cells, -1, axis=1) - cells
    unit: Complexes = along / np.maximum(np.abs(along), 1e-9)
    return unit


def inset(cells: Complexes, by: Floats) -> tuple[Complexes, Flags]:
    """Cells drawn in by ``by`` metres, (n, 4) or (n, 1), at each side; and which of them remain."""
    ahead = directions(cells)
    behind = np.roll(ahead, 1, axis=1)
    by = np.broadcast_to(by, cells.shape)
    turn = (behind.conj() * ahead).imag
    drawn = cells + (np.roll(by, 1, axis=1) * ahead - by * behind) / np.where(
        np.abs(turn) < 0.2, np.inf, turn
    )
    left = ((np.roll(drawn, -1, axis=1) - drawn) * ahead.conj()).real
    remain: Flags = np.all((left > _LEAST) & (turn > 0.2), axis=1)
    return drawn, remain


def largest_scale(cells: Complexes, middle: Complexes, along: Complexes, half: Floats) -> Floats:
    """By how much a rectangle around ``middle`` can be scaled and stays inside its cell.

    ``along`` is the direction of its first side, ``half`` (n, 2) half its sides.
    """
    inward = 1j * directions(cells)
    room = ((middle[:, None] - cells) * inward.conj()).real
    reach = half[:, :1] * np.abs((inward.conj() * along[:, None]).real)
    reach = reach + half[:, 1:] * np.abs((inward.conj() * along[:, None]).imag)
    scale: Floats = (room / reach).min(axis=1)
    return scale


def polygons(cells: Complexes) -> Geometries:
    """The cells as polygons."""
    made: Geometries = shapely.polygons(pairs(cells))
    return made
