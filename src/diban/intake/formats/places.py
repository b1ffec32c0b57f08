"""Geometry of tables: from two columns of coordinates, or from one of WKT or WKB, or none at all."""

from __future__ import annotations

import binascii
import ctypes
import itertools
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

from diban.intake.formats import wkb_layout, wkt
from diban.intake.formats.reader import GEOMETRY, ROW, Remarks, Wanted
from diban.intake.sandbox.wire import Refusal

EAST = ("经度", "lon", "lng", "long", "longitude", "point_x", "x")
NORTH = ("纬度", "lat", "latitude", "point_y", "y")
SHAPES = ("wkt", "wkb", "geom", "the_geom", "geometry", "geometry_1", "shape", "几何", "空间位置")
"""Names of columns that are taken without being asked for, in any case of letters; each pair in its order."""

_NUMBER = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"
_WKT = re.compile(
    r"\s*(?:SRID=(\d+);)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b", re.IGNORECASE
)
_HEX = re.compile(r"\s*0[01](?:[0-9a-fA-F]{2}){4,}\s*$")
_SRID = r"^\s*(?i:SRID=[0-9]+;)"
_XDR_OR_NDR = 1
_EWKB_HEAD = struct.Struct("<BII")  # byte order, kind, SRID
_WITH_SRID = 0x2000_0000


@dataclass(frozen=True, slots=True)
class Located:
    """Rows with their geometry: its kind, the CRS that its own text names, the columns it stood in."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    geometry_type: str | None
    crs: str | None
    places: tuple[str, ...] = ()


def locate(schema: pa.Schema, batches: Iterator[pa.RecordBatch], wanted: Wanted, remarks: Remarks) -> Located:
    """The same rows with ``geometry``, as asked for or by well-known names; unchanged where there is none.

    What a well-known name holds is looked at in the first batch. Coordinates that cannot be read leave
    their row without geometry and are remarked; `Refusal` when an asked-for column is absent, or when
    geometries name other CRS (the SRID of EWKT and EWKB) than the first.
    """
    first = next(batches, None)
    rows = batches if first is None else itertools.chain((first,), batches)
    for name in (wanted.x, wanted.y, wanted.shape):
        if name is not None and name not in schema.names:
            raise Refusal("place-column-absent", column=name, columns=", ".join(schema.names))
    shape = wanted.shape or (None if wanted.x else _shape_column(first))
    if shape is not None:
        srid = _srid(_sample(first, shape))
        if wanted.shape is None:
            remarks.add("places-taken", shape)
        made = (_with(batch, _shapes(batch, shape, srid, remarks)) for batch in rows)
        return Located(_extended(schema), made, "Unknown", f"EPSG:{srid}" if srid else None, (shape,))
    x, y = (wanted.x, wanted.y) if wanted.x and wanted.y else _pair(schema)
    if x is None or y is None:
        return Located(schema, rows, None, None)
    if wanted.x is None:
        remarks.add("places-taken", f"{x}, {y}")
    made = (_with(one, _points(one, x, y, remarks)) for one in rows)
    return Located(_extended(schema), made, "Point", None, (x, y))


def _extended(schema: pa.Schema) -> pa.Schema:
    return schema.insert(len(schema) - 1, pa.field(GEOMETRY, pa.binary()))


def _with(batch: pa.RecordBatch, geometry: pa.Array) -> pa.RecordBatch:
    columns = [*batch.columns[:-1], geometry, batch.columns[-1]]
    return pa.RecordBatch.from_arrays(columns, schema=_extended(batch.schema))


def _pair(schema: pa.Schema) -> tuple[str | None, str | None]:
    """Columns of coordinates by name: both of the same pair of names."""
    own = {name.strip().casefold(): name for name in reversed(schema.names)}
    for east, north in (*itertools.product(EAST[:5], NORTH[:3]), *zip(EAST[5:], NORTH[3:], strict=True)):
        if east in own and north in own:
            return own[east], own[north]
    return None, None


def _shape_column(batch: pa.RecordBatch | None) -> str | None:
    """A well-known column that indeed begins with a geometry."""
    if batch is None:
        return None
    own: dict[str, str] = {name.strip().casefold(): name for name in reversed(batch.schema.names)}
    for known in SHAPES:
        sample = _sample(batch, own[known]) if known in own else None
        if isinstance(sample, bytes) or (sample and writes_shape(sample)):
            return own[known]
    return None


def writes_shape(text: str) -> bool:
    """Whether a text begins as WKT, or is WKB in hexadecimal digits."""
    return bool(_WKT.match(text) or _HEX.match(text))


def _sample(batch: pa.RecordBatch | None, name: str) -> str | bytes | None:
    if batch is None:
        return None
    column = batch.column(name).drop_null()
    value = column[0].as_py() if len(column) else None
    return value if isinstance(value, str | bytes) else None


def _points(batch: pa.RecordBatch, x: str, y: str, remarks: Remarks) -> pa.Array:
    (east, given_x), (north, given_y) = _numbers(batch.column(x)), _numbers(batch.column(y))
    known = np.isfinite(east) & np.isfinite(north)
    wrong = np.flatnonzero((given_x | given_y) & ~known)
    remarks.add_rows("place-unreadable", f"{x}, {y}", _row_numbers(batch)[wrong])
    return wkb_layout.points(east, north, known)


def _numbers(column: pa.Array) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Numbers, NaN where there is none, and where something was written."""
    if pa.types.is_string(column.type):
        written = pc.not_equal(pc.utf8_trim_whitespace(column), "").fill_null(False)
        plain = pc.match_substring_regex(column, _NUMBER).fill_null(False)
        column = pc.if_else(plain, pc.utf8_trim_whitespace(column), pa.scalar(None, pa.string()))
        # Arrow takes no leading plus.
        column = pc.replace_substring_regex(column, r"^\+", "")
    else:
        written = column.is_valid()
    numbers = column.cast(pa.float64()).fill_null(np.nan)
    return np.asarray(numbers), np.asarray(written)


def _srid(value: str | bytes | None) -> int:
    """The SRID that an EWKT, or an EWKB as bytes or hexadecimal digits, names; 0 when it names none."""
    if isinstance(value, str):
        if (written := _WKT.match(value)) is not None:
            return int((written[1] or "0")[:9])
        value = binascii.unhexlify(value.strip()[: 2 * _EWKB_HEAD.size]) if _HEX.match(value) else b""
    if value is None or len(value) < _EWKB_HEAD.size:
        return 0
    order = "<" if value[0] == 1 else ">"
    kind, srid = struct.unpack_from(f"{order}II", value, 1)
    return int(srid) if kind & _WITH_SRID else 0


def _same_crs(values: Iterable[tuple[int, str | bytes | None]], srid: int) -> None:
    """Refuse geometries (by row) that name another CRS than the file's first; none is taken as the same."""
    for row, value in values:
        if value is not None and (named := _srid(value)) not in (0, srid):
            raise Refusal("place-crs-mixed", row=row, named=named, first=srid or "–")


def _shapes(batch: pa.RecordBatch, name: str, srid: int, remarks: Remarks) -> pa.Array:
    column = batch.column(name)
    first_row = int(_row_numbers(batch)[0]) if batch.num_rows else 0
    if pa.types.is_large_binary(column.type) or pa.types.is_binary(column.type):
        heads = pc.binary_slice(column, 0, _EWKB_HEAD.size).to_pylist()
        _same_crs(enumerate(heads, first_row), srid)
        return column.cast(pa.binary())
    if not pa.types.is_string(column.type):
        raise Refusal("place-column-absent", column=name, columns=str(column.type))
    read = _read_texts(column, srid, first_row)
    given = pc.not_equal(pc.utf8_trim_whitespace(column), "").fill_null(False)
    wrong = np.flatnonzero(pc.and_(given, read.is_null()))
    remarks.add_rows("place-unreadable", name, _row_numbers(batch)[wrong])
    return read


def _read_texts(column: pa.StringArray, srid: int, first_row: int) -> pa.BinaryArray:
    """WKB of texts, null where they are none: those plainly written together, each other one by itself."""
    made = wkt.plain(column)
    odd = pc.and_(made.is_null(), column.is_valid())
    if not pc.any(odd).as_py():
        return made
    rows = np.flatnonzero(odd)
    _same_crs(zip((rows + first_row).tolist(), column.filter(odd).to_pylist(), strict=True), srid)
    bare = pc.replace_substring_regex(column.filter(odd), _SRID, "")
    parts = wkt.plain(bare)
    if parts.null_count:
        read = _Parser()
        left = pc.utf8_trim_whitespace(bare).filter(parts.is_null()).to_pylist()
        singly = [read(text) if text else None for text in left]
        parts = pc.replace_with_mask(parts, parts.is_null(), pa.array(singly, pa.binary()))
    return pc.replace_with_mask(made, odd, parts)


def _row_numbers(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    numbers: npt.NDArray[np.int64] = batch.column(ROW).to_numpy(zero_copy_only=False)
    return numbers


class _Parser:
    """WKT or hexadecimal WKB to WKB, by GDAL's own parser, which knows every way of writing WKT."""

    def __init__(self) -> None:
        library = ctypes.CDLL(pyogrio._ogr.__file__)
        self._parse, self._size = library.OGR_G_CreateFromWkt, library.OGR_G_WkbSize
        self._export, self._destroy = library.OGR_G_ExportToIsoWkb, library.OGR_G_DestroyGeometry
        self._size.argtypes = self._destroy.argtypes = [ctypes.c_void_p]
        self._export.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p]

    def __call__(self, text: str) -> bytes | None:
        if _HEX.match(text):
            return binascii.unhexlify(text)
        words, made = ctypes.c_char_p(text.encode()), ctypes.c_void_p()
        if self._parse(ctypes.byref(words), None, ctypes.byref(made)) != 0 or made.value is None:
            return None
        try:
            content = ctypes.create_string_buffer(self._size(made))
            fine = self._export(made, _XDR_OR_NDR, content) == 0
            return content.raw if fine and not (words.value or b"").strip() else None
        finally:
            self._destroy(made)
