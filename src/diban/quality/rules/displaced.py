"""Features lie in, or near, the area whose code they carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from diban.ground import STORED, Field, Text, project
from diban.quality.finding import Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.metres import DEGREE, metres
from diban.quality.port import Placed, Register
from diban.quality.rule import Inspection, RowByRow

TOLERANCE = 100.0
"""Metres beyond the border that are still taken as inside: borders and features differ in detail."""


class Displaced:
    """Finds features that lie more than `TOLERANCE` away from the area of their own code.

    The middle of the box is looked at first, then a point on the feature itself: the middle of a bent
    one may lie beside it.

    Either the code is wrong or the coordinates were shifted. Codes that are not known are
    left to `KnownCodes`; ``fields`` are those whose register has areas, or their boxes.
    """

    title: ClassVar[Text] = Text(zh="位置与代码相符", en="Place agrees with code")

    def __init__(self, fields: tuple[Field, ...], registers: Mapping[str, Register]) -> None:
        self.fields = fields
        self._areas: dict[str, _Areas | _Boxes] = {}
        for name, register in registers.items():
            if register.areas:
                self._areas[name] = _Areas(register)
            elif register.boxes is not None:
                self._areas[name] = _Boxes(register.boxes)

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        middles = project((look.bounds[:, :2] + look.bounds[:, 2:]) / 2, look.crs, STORED)
        for field in self.fields:
            areas = self._areas[str(field.constraint.reference)]
            numbers = areas.find(look.column(field.name))
            rows = np.flatnonzero((numbers >= 0) & look.located)
            far = rows[areas.far(numbers[rows], middles[rows])]
            bent = far[~look.invalid[far]]
            if len(bent):
                on = project(
                    shapely.get_coordinates(shapely.point_on_surface(look.shapes(bent))), look.crs, STORED
                )
                far = np.setdiff1d(far, bent[~areas.far(numbers[bent], on)])
            if len(far):
                yield look.hits(self._flaw(field), far)

    def _flaw(self, field: Field) -> Flaw:
        return Flaw(
            code="extent.displaced",
            severity=Severity.WARNING,
            rule=self.title,
            message=Text(
                zh=f"要素离其“{field.title.zh}”（{field.name}）所指区域超过 {TOLERANCE:.0f} 米",
                en=f"lies over {TOLERANCE:.0f} m from the area that {field.title.en} ({field.name}) names",
            ),
            remedy=Text(
                zh="核对代码，以及坐标是否整体偏移（如 GCJ-02 未换算）",
                en="verify the code, and whether the coordinates are shifted (GCJ-02 taken as CGCS2000)",
            ),
            field=field.name,
        )


class _Areas:
    """The areas of a register, ready to be asked many times."""

    def __init__(self, register: Register) -> None:
        self._number = {code: order for order, code in enumerate(register.areas)}
        self._shapes: npt.NDArray[np.object_] = shapely.from_wkb(
            np.array(list(register.areas.values()), np.object_)
        )
        shapely.prepare(self._shapes)

    def find(self, codes: pa.Array) -> npt.NDArray[np.int64]:
        """The number of the area of each code, -1 where there is none."""
        values = codes.to_numpy(zero_copy_only=False)
        return np.fromiter((self._number.get(value, -1) for value in values), np.int64, len(values))

    def far(self, numbers: npt.NDArray[np.int64], points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which points (degrees) lie beyond the tolerance from the area of their number."""
        far: npt.NDArray[np.bool_] = ~shapely.contains_xy(self._shapes[numbers], points[:, 0], points[:, 1])
        outside = np.flatnonzero(far)
        if len(outside):
            shapes, there = self._shapes[numbers[outside]], shapely.points(points[outside])
            near = shapely.shortest_line(shapes, there)
            ends = shapely.get_coordinates(near).reshape(-1, 2, 2)
            apart = (ends[:, 1] - ends[:, 0]) * DEGREE
            apart[:, 0] *= np.cos(np.radians(ends[:, 0, 1]))
            far[outside] = np.hypot(apart[:, 0], apart[:, 1]) > TOLERANCE
        return far


class _Boxes:
    """The boxes of areas that are too many to be held themselves."""

    def __init__(self, boxes: Placed) -> None:
        self._boxes = boxes

    def find(self, codes: pa.Array) -> npt.NDArray[np.int64]:
        """The number of the box of each code, -1 where there is none."""
        return self._boxes.find(codes)

    def far(self, numbers: npt.NDArray[np.int64], points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which points (degrees) lie beyond the tolerance from the box of their number."""
        boxes = self._boxes.values[numbers]
        apart = np.maximum(np.maximum(boxes[:, :2] - points, points - boxes[:, 2:]), 0)
        apart = apart * metres(points[:, 1], STORED)
        far: npt.NDArray[np.bool_] = np.hypot(apart[:, 0], apart[:, 1]) > TOLERANCE
        return far
