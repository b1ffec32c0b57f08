"""The shifted coordinates of Chinese web maps (GCJ-02), forward, written apart from the platform's own."""

from __future__ import annotations

import numpy as np

from diban.app.sample_city.plane import Floats

_AXIS, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323


def to_gcj02(degrees: Floats) -> Floats:
    """Longitude and latitude (n, 2) as a web map of China shows them, some 500 m away."""
    x, y = degrees[:, 0] - 105.0, degrees[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    # 20 · ⅔ (sin 6πx + sin 2πx) stands in both, 20 · ⅔ (sin πt + 2 sin πt/3) on each one's own axis.
    common = (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x)) * 40 / 3
    east += common + (np.sin(np.pi * x) + 2 * np.sin(np.pi * x / 3)) * 40 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    north += common + (np.sin(np.pi * y) + 2 * np.sin(np.pi * y / 3)) * 40 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    latitude = np.radians(degrees[:, 1])
    flat = 1 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    step_north = _AXIS * (1 - _ECCENTRICITY2) / flat**1.5
    step_east = _AXIS / np.sqrt(flat) * np.cos(latitude)
    shift = np.stack([np.degrees(east / step_east), np.degrees(north / step_north)], axis=1)
    shifted: Floats = degrees + shift
    return shifted
