"""A box on the map, in the stored CRS: degrees of longitude and latitude on CGCS2000."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from diban.ground.errors import Invalid
from diban.ground.text import Text


@dataclass(frozen=True, slots=True)
class Extent:
    """West, south, east, north in degrees; never crosses the antimeridian (see `parse`)."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        numbers = (self.west, self.south, self.east, self.north)
        if not all(math.isfinite(n) for n in numbers) or self.south > self.north or self.west > self.east:
            raise Invalid(
                Text(zh=f"范围无效：{numbers}", en=f"not a box: {numbers}"),
                field="bbox",
                remedy=Text(
                    zh="按 西,南,东,北 给出有限数值", en="give finite numbers as west,south,east,north"
                ),
            )

    @classmethod
    def parse(cls, numbers: Sequence[float]) -> tuple[Extent, ...]:
        """The boxes meant by a ``bbox`` of 4 or 6 numbers; west > east means across 180°: two boxes.

        OGC API - Features Part 1, 7.15.3. With 6 numbers the heights are left aside.
        """
        if len(numbers) not in (4, 6):
            raise Invalid(
                Text(zh="bbox 需要 4 或 6 个数", en="bbox takes 4 or 6 numbers"),
                field="bbox",
                limit="4 | 6",
                remedy=Text(zh="例如 113.9,22.5,114.0,22.6", en="for example 113.9,22.5,114.0,22.6"),
            )
        half = len(numbers) // 2
        (west, south), (east, north) = numbers[:2], numbers[half : half + 2]
        if west > east:
            return cls(west, south, 180.0, north), cls(-180.0, south, east, north)
        return (cls(west, south, east, north),)

    def union(self, other: Extent) -> Extent:
        """The smallest box that holds both."""
        return Extent(
            min(self.west, other.west),
            min(self.south, other.south),
            max(self.east, other.east),
            max(self.north, other.north),
        )

    def meets(self, other: Extent) -> bool:
        """Whether the boxes have a point in common, borders included."""
        return (
            self.west <= other.east
            and self.east >= other.west
            and self.south <= other.north
            and self.north >= other.south
        )

    def holds(self, other: Extent) -> bool:
        """Whether the other box lies inside, borders included."""
        return (
            self.west <= other.west
            and self.south <= other.south
            and self.east >= other.east
            and self.north >= other.north
        )

    def as_list(self) -> list[float]:
        """``[west, south, east, north]``."""
        return [self.west, self.south, self.east, self.north]
