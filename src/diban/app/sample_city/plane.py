"""The drawing board: complex numbers, in metres east (real) and north (imaginary) of a point at 114°E."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from diban.ground import GAUSS_114E, STORED, project

Complexes = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

ORIGIN = complex(500_000, 2_478_000)
"""The board's zero in Gauss-Krüger coordinates (EPSG:4547): 114°E, about 22.4°N."""

_DECIMALS = 8


def board(coordinates: Floats) -> Complexes:
    """Points (n, 2) on the board as complex numbers."""
    points: Complexes = coordinates[:, 0] + 1j * coordinates[:, 1]
    return points


def pairs(points: Complexes) -> Floats:
    """Complex numbers as points (…, 2)."""
    return np.stack([points.real, points.imag], axis=-1)


def to_degrees(geometries: Geometries) -> Geometries:
    """Geometry of the board in longitude and latitude (stored CRS), to the millimetre."""

    def moved(coordinates: Floats) -> Floats:
        return np.round(project(coordinates + pairs(np.array(ORIGIN)), GAUSS_114E, STORED), _DECIMALS)

    degrees: Geometries = shapely.transform(geometries, moved)
    return degrees


@dataclass(frozen=True, slots=True)
class Ripples:
    """A smooth, made-up displacement of the board that gives straight lines the sway of grown ones."""

    steps: Complexes
    lengths: Floats
    directions: Complexes
    phases: Floats

    @classmethod
    def of(cls, rng: np.random.Generator, sizes: list[tuple[float, float]]) -> Ripples:
        """One wave in three directions for each (wavelength, amplitude) in metres."""
        lengths, amplitudes = np.repeat(np.array(sizes), 3, axis=0).T
        turns = np.exp(1j * rng.uniform(0, 2 * np.pi, (2, len(lengths))))
        return cls(amplitudes * turns[0], lengths, turns[1], rng.uniform(0, 2 * np.pi, len(lengths)))

    def __call__(self, points: Complexes) -> Complexes:
        """The points, each moved by the sum of the waves there."""
        along = (points[..., None] * self.directions.conj()).real
        waves = np.sin(2 * np.pi * along / self.lengths + self.phases) * self.steps
        moved: Complexes = points + waves.sum(axis=-1)
        return moved

    def bend(self, geometries: Geometries) -> Geometries:
        """Geometry of the board with every vertex moved."""
        bent: Geometries = shapely.transform(geometries, lambda xy: pairs(self(board(xy))))
        return bent


def smooth(corners: Complexes, rounds: int = 4, *, closed: bool = False) -> Complexes:
    """A curve that cuts the corners of a polyline (Chaikin), through its ends unless closed."""
    points = np.asarray(corners, np.complex128)
    for _ in range(rounds):
        after = np.roll(points, -1) if closed else points[1:]
        before = points if closed else points[:-1]
        cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).ravel()
        points = cut if closed else np.concatenate([points[:1], cut, points[-1:]])
    return points
