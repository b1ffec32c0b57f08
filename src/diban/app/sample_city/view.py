"""A view over the city as a camera would take it: the terrain, what is built on it, the sea and the sky.

Every column of the picture is a ray over the ground; of what lies along it, each pixel shows the first
that stands high enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from diban.app.sample_city.land import Land
from diban.app.sample_city.painted import Squares, covered, noise
from diban.app.sample_city.plane import Complexes, Flags, Floats, Ints, to_degrees
from diban.app.sample_city.skyline import Skyline
from diban.app.sample_city.terrain import NODATA, Terrain

Pixels = npt.NDArray[np.uint8]
Colours = npt.NDArray[np.float32]
"""Red, green and blue from 0 to 255."""

WIDTH, HEIGHT = 1200, 800
_FOCAL = 1667.0
"""In pixels: as wide as a camera sees with 50 mm on a full frame."""
_HORIZON = 0.33
_STRIPS = 6
"""The picture is drawn in so many strips, to keep little in memory."""
_NEAREST, _FARTHEST, _STRIDE = 120.0, 26_000.0, 1.007
_ABOVE = 60.0
"""How far over the ground the camera flies, in metres."""
_AROUND = (1_800.0, 4_500.0)
_HAZE, _STEEP = 10_000.0, 0.1
_SKY, _AIR, _CLOUD = np.array([[86, 140, 200], [206, 218, 228], [240, 243, 246]], np.float32)
_SEA, _FOREST = np.array([[58, 104, 132], [62, 88, 52]], np.float32)
_FIELDS = np.array([[112, 130, 78], [132, 140, 92], [150, 150, 112], [104, 124, 72]], np.float32)
_FACADES = np.array(
    [[214, 206, 192], [196, 200, 206], [176, 186, 200], [226, 222, 216], [188, 160, 138]], float
)
_STOREY, _BAY = 3.6, 5.0


@dataclass(frozen=True, slots=True)
class View:
    """A picture (rows, columns, 3), from where it was taken (degrees, metres) and whither (from north)."""

    pixels: Pixels
    longitude: float
    latitude: float
    height: float
    direction: float


@dataclass(frozen=True, slots=True)
class _Ground:
    """Over the squares of the terrain: 1 in the light of a flat place, whether trees stand, and water."""

    terrain: Terrain
    light: Floats
    wild: Flags
    wet: Flags


@dataclass(frozen=True, slots=True)
class _Rays:
    """Along each column: how far (steps), and at each step the place, its height and what is there.

    ``crowns`` of trees are 0 where none stand; ``light`` is 1 where the ground is flat.
    """

    depth: Floats
    x: Floats
    y: Floats
    ground: Floats
    crowns: Floats
    light: Floats
    wet: Flags
    built: Floats
    building: Ints


def take_view(
    terrain: Terrain, land: Land, skyline: Skyline, middle: complex, rng: np.random.Generator
) -> View:
    """The city around ``middle``, from the highest hill near it."""
    at = _viewpoint(terrain, middle)
    height = float(terrain.at(np.array([at.real]), np.array([at.imag]))[0]) + _ABOVE
    ahead = (middle - at) / abs(middle - at)
    ground, heaven = _ground_of(terrain, land), _heaven(rng)
    strips = []
    for columns in np.split(np.arange(WIDTH), _STRIPS):
        ways = ahead * (1 - 1j * (columns - WIDTH / 2) / _FOCAL)
        rays = _cast(ground, skyline, at, ways.astype(np.complex128))
        strips.append(_strip(rays, height, heaven[:, columns], rng))
    grain = rng.normal(0, 2.2, (HEIGHT, WIDTH, 1)).astype(np.float32)
    pixels = np.clip(np.concatenate(strips, axis=1) + grain, 0, 255).astype(np.uint8)
    longitude, latitude = shapely.get_coordinates(to_degrees(np.array([shapely.Point(at.real, at.imag)])))[0]
    direction = float(np.degrees(np.angle(1j / ahead)) % 360)
    return View(pixels, float(longitude), float(latitude), height, direction)


def _strip(rays: _Rays, height: float, heaven: Colours, rng: np.random.Generator) -> Colours:
    """Some columns of the picture, with the sky where nothing else is seen."""
    seen = _seen(rays, height)
    sky = seen == len(rays.depth)
    step, columns = np.where(sky, 0, seen), np.arange(seen.shape[1])
    level = height - (np.arange(HEIGHT)[:, None] - _HORIZON * HEIGHT) * rays.depth[step] / _FOCAL
    colours = _windows(_colours(rays, rng)[step, columns], rays, step, level)
    clear = np.exp(-rays.depth / _HAZE).astype(np.float32)[step][..., None]
    shown: Colours = np.where(sky[..., None], heaven, colours * clear + _AIR * (1 - clear))
    return shown


def _viewpoint(terrain: Terrain, middle: complex) -> complex:
    """The middle of the highest square that is neither too near nor too far."""
    squares = terrain.squares
    spots = squares.x + 1j * squares.y[:, None]
    away = np.abs(spots - middle)
    near = (away > _AROUND[0]) & (away < _AROUND[1])
    return complex(spots.ravel()[np.where(near, terrain.heights, NODATA).argmax()])


def _ground_of(terrain: Terrain, land: Land) -> _Ground:
    squares, heights = terrain.squares, np.maximum(terrain.heights, 0)
    east, south = (np.gradient(heights, squares.side, axis=axis) for axis in (1, 0))
    wild = (np.hypot(east, south) > _STEEP) | covered(land.hills, squares) | (terrain.heights == NODATA)
    wet = covered(land.sea, squares) | covered(land.lakes, squares)
    return _Ground(terrain, 1 + np.clip(1.1 * (south - east), -0.45, 0.45), wild, wet)


def _cast(ground: _Ground, skyline: Skyline, at: complex, ways: Complexes) -> _Rays:
    """Rays from a place along ``ways``, one for each column."""
    count = int(np.log(_FARTHEST / _NEAREST) / np.log(_STRIDE))
    depth: Floats = _NEAREST * _STRIDE ** np.arange(count, dtype=np.float64)
    spots = at + depth[:, None] * ways
    x, y = spots.real.copy(), spots.imag.copy()
    squares = ground.terrain.squares
    row, column = (np.round(place).astype(np.int64) for place in squares.places(x, y))
    here = np.clip(row, 0, squares.rows - 1), np.clip(column, 0, squares.columns - 1)
    groves = _scattered(x, y, 47.0) < 0.3
    crowns = np.where(ground.wild[here] | groves, 0.02 + _crowns(x, y), 0)
    heights = ground.terrain.at(x, y)
    return _Rays(depth, x, y, heights, crowns, ground.light[here], ground.wet[here], *skyline.at(x, y))


def _seen(rays: _Rays, height: float) -> Ints:
    """For each pixel the first step along its column that stands high enough; their number for none."""
    canopy = np.where(rays.built > 0, rays.built, 5 * rays.crowns)
    rows = _HORIZON * HEIGHT - (rays.ground + canopy - height) * _FOCAL / rays.depth[:, None]
    highest = np.maximum.accumulate(-rows, axis=0)
    wanted = -np.arange(HEIGHT, dtype=np.float64)
    return np.stack([np.searchsorted(column, wanted) for column in highest.T], axis=1)


def _colours(rays: _Rays, rng: np.random.Generator) -> Colours:
    """What each step of each column looks like from near."""
    field = (_scattered(rays.x, rays.y, 110.0) * len(_FIELDS)).astype(np.int64)
    colours = np.where((rays.crowns > 0)[..., None], _FOREST, _FIELDS[field])
    tufts = np.where(rays.crowns > 0, 0.62 + 0.45 * rays.crowns, 0.88) + 0.3 * _scattered(rays.x, rays.y, 1.7)
    colours *= (rays.light * tufts).astype(np.float32)[..., None]
    colours[rays.wet] = _SEA + rng.normal(0, 5, (np.count_nonzero(rays.wet), 1))
    built = rays.building > 0
    which = rays.building[built]
    colours[built] = _FACADES[which % len(_FACADES)] * (0.82 + 0.05 * (which % 7))[:, None]
    near: Colours = colours
    return near


def _windows(colours: Colours, rays: _Rays, step: Ints, level: Floats) -> Colours:
    """Rows of windows on what is built, as far as they can be told apart."""
    columns = np.arange(step.shape[1])
    over = level - rays.ground[step, columns]
    storey = (over / _STOREY) % 1 > 0.5
    bay = ((rays.x + rays.y)[step, columns] / _BAY) % 1 > 0.3
    glass = (rays.built[step, columns] > 0) & storey & bay
    near = np.clip(1.1 - rays.depth[step] / 6_000, 0, 1)
    darker: Colours = colours * (1 - 0.42 * near * glass).astype(np.float32)[..., None]
    return darker


def _heaven(rng: np.random.Generator) -> Colours:
    """Blue above, pale towards the horizon, with some thin clouds."""
    up = np.clip(1 - np.arange(HEIGHT) / (_HORIZON * HEIGHT), 0, 1)[:, None]
    whole = Squares(0, 0, 1, HEIGHT, WIDTH)
    thin = 0.6 * noise(whole, 190, rng) + 0.3 * noise(whole, 70, rng) + 0.2 * noise(whole, 26, rng)
    clouds = (np.clip(thin + 0.1, 0, 1) * np.clip(3 * up * (1 - 0.4 * up), 0, 0.8))[..., None]
    blue = _AIR + (_SKY - _AIR) * up[..., None] ** 0.8
    heaven: Colours = (blue * (1 - clouds) + _CLOUD * clouds).astype(np.float32)
    return heaven


def _crowns(x: Floats, y: Floats) -> Floats:
    """Between 0 and 1, as crowns of trees rise side by side."""
    sway = np.sin(x / 23 + y / 41) * 5.1 + np.sin(y / 17 - x / 31) * 4.7
    risen: Floats = np.abs(np.sin((x + sway) / 3.1) * np.sin((y - sway) / 2.9))
    return risen


def _scattered(x: Floats, y: Floats, side: float) -> Floats:
    """A number between 0 and 1 for each square of the ground, without order."""
    mixed = np.sin(np.floor(x / side) * 12.9898 + np.floor(y / side) * 78.233) * 43758.5453
    return mixed - np.floor(mixed)
