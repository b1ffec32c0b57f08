"""Every row has a readable geometry of the layer's kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from diban.ground import GEOMETRY, GeometryKind, Text
from diban.quality.finding import MAX_PLACES, Flaw, Severity
from diban.quality.look import Hits, Look
from diban.quality.rule import Inspection, RowByRow
from diban.quality.wkb import read_wkb

_POLYGON = 3
_KINDS = {
    GeometryKind.POINT: (Text(zh="点", en="points"), (0, 4)),
    GeometryKind.LINE: (Text(zh="线", en="lines"), (1, 2, 5)),
    GeometryKind.POLYGON: (Text(zh="面", en="polygons"), (_POLYGON, 6)),
}


@dataclass(frozen=True, slots=True)
class GeometryPresent:
    """Finds geometry that is null, unreadable, EMPTY, or not of the layer's kind."""

    kind: GeometryKind
    title: ClassVar[Text] = Text(zh="图形存在且类别正确", en="Geometry present and of its kind")

    def begin(self) -> Inspection:
        """A new inspection."""
        return RowByRow(self._find)

    def _find(self, look: Look) -> Iterator[Hits]:
        null = look.column(GEOMETRY).is_null().to_numpy(zero_copy_only=False)
        unreadable = look.ask(shapely.is_missing, convex=False) & ~null
        empty = look.ask(shapely.is_empty, convex=False)
        if null.any():
            yield look.hits(self._null(), np.flatnonzero(null))
        if unreadable.any():
            rows = np.flatnonzero(unreadable)
            yield look.hits(self._unreadable(), rows, values=_beginnings(look, rows[:MAX_PLACES]))
        if empty.any():
            yield look.hits(self._empty(), np.flatnonzero(empty))
        if self.kind in _KINDS:
            types = look.ask(shapely.get_type_id, convex=_POLYGON)
            other = ~np.isin(types, _KINDS[self.kind][1]) & (types >= 0) & ~empty
            if other.any():
                rows = np.flatnonzero(other)
                first = read_wkb(look.column(GEOMETRY).take(pa.array(rows[:MAX_PLACES])))
                yield look.hits(self._other(), rows, values=[geometry.geom_type for geometry in first])

    def _null(self) -> Flaw:
        return self._flaw(
            "absent",
            Text(zh="没有图形", en="there is no geometry"),
            Text(zh="补上图形，或删去该行", en="add the geometry, or remove the row"),
        )

    def _unreadable(self) -> Flaw:
        return self._flaw(
            "unreadable",
            Text(
                zh="图形读不出来：数据残缺、环未闭合或嵌套过深",
                en="the geometry cannot be read: cut short, a ring not closed, or nested too deeply",
            ),
            Text(zh="从源系统重新导出该要素", en="export the feature again from its source system"),
        )

    def _empty(self) -> Flaw:
        return self._flaw(
            "empty",
            Text(zh="图形为空（EMPTY）", en="the geometry is EMPTY"),
            Text(zh="补上图形，或删去该行", en="add the geometry, or remove the row"),
        )

    def _other(self) -> Flaw:
        kind, _ = _KINDS[self.kind]
        return self._flaw(
            "kind",
            Text(
                zh=f"图形类别不对，该图层只收{kind.zh}",
                en=f"not the kind of geometry: the layer takes {kind.en}",
            ),
            Text(zh="把这些要素放到各自类别的图层", en="deliver these features in a layer of their kind"),
        )

    def _flaw(self, code: str, message: Text, remedy: Text) -> Flaw:
        return Flaw(f"geometry.{code}", Severity.ERROR, self.title, message, remedy)


def _beginnings(look: Look, rows: npt.NDArray[np.int64]) -> list[str]:
    """The first bytes of each geometry, in hexadecimal."""
    values = look.column(GEOMETRY).take(pa.array(rows)).to_pylist()
    return [value[:20].hex() for value in values]
