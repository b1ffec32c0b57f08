"""GeoPackage (OGC 12-128): an SQLite file of feature layers and attribute tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

from diban.intake.formats import gdal
from diban.intake.formats.reader import NUL, Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_SIGNATURE = b"SQLite format 3\x00"
# Tables in which desktop programs keep how things are drawn, not things.
_NOT_DATA = ("layer_styles", "qgis_projects")
# What GDAL makes of the numbers 0 and -1, which the standard keeps for "not known".
_UNDEFINED = ("LOCAL_CS", "ENGCRS", 'GEOGCS["Undefined', 'GEOGCRS["Undefined')

_MOST_NUL = 10_000


def recognises(head: bytes) -> bool:
    """SQLite's signature; whether it is a GeoPackage shows when it is opened."""
    return head.startswith(_SIGNATURE)


@contextmanager
def open_geopackage(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """One layer of the file; it must be named where there are several.

    The file is taken as immutable: no journal is looked for beside it, no lock is taken.
    """
    gdal.only("GPKG")
    name = _chosen(path, wanted.layer, limits)
    told = pyogrio.read_info(path, layer=name, IMMUTABLE="YES")
    rows = told["features"]
    expected = rows if rows >= 0 else None
    with gdal.layer(path, name, limits, remarks, expected, IMMUTABLE="YES") as found:
        texts = {
            place: str(name)
            for place, name in enumerate(told["fields"], start=1)
            if pa.types.is_string(found.schema.field(place).type)
        }
        crs = None if found.crs is None or found.crs.startswith(_UNDEFINED) else found.crs
        yield Source(
            format="GeoPackage",
            layer=name,
            rows=expected,
            crs=crs,
            crs_declared=crs is not None,
            geometry_type=found.geometry_type,
            id_name=found.id_name,
            schema=found.schema,
            batches=_then_nul(gdal.complete(found.batches, expected), path, name, texts, remarks),
        )


def _chosen(path: Path, layer: str | None, limits: Limits) -> str:
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    data = [name for name in names if name not in _NOT_DATA]
    if not names or len(names) > limits.layers:
        raise Refusal("layer-none")
    shown = ", ".join(data)
    if layer is not None:
        if layer not in names:
            raise Refusal("layer-unknown", layer=layer, layers=shown)
        return layer
    if len(data) != 1:
        raise Refusal("layer-needed" if data else "layer-none", layers=shown)
    return data[0]


def _then_nul(
    batches: Iterator[pa.RecordBatch], path: Path, layer: str, texts: dict[int, str], remarks: Remarks
) -> Iterator[pa.RecordBatch]:
    """The same batches, and behind the last a look for U+0000, while the parent is still at work on them.

    GDAL ends a text there without a word. ``texts`` are the file's columns of text by their place in a batch.
    """
    read = dict.fromkeys(texts, 0)
    for batch in batches:
        for place in texts:
            read[place] += pc.sum(pc.binary_length(batch.column(place))).as_py() or 0
        yield batch
    _look_for_nul(path, layer, {texts[place]: length for place, length in read.items()}, remarks)


def _look_for_nul(path: Path, layer: str, read: dict[str, int], remarks: Remarks) -> None:
    """``read``: by column, how many bytes of text have come; only where more are there, rows are read."""
    if not read:
        return
    table = _quoted(layer)
    sums = [f"sum(octet_length({_quoted(name)})) AS f{place}" for place, name in enumerate(read)]
    found = _asked(path, f"SELECT {', '.join(sums)} FROM {table}")
    for (name, length), column in zip(read.items(), found.columns, strict=True):
        if (column[0].as_py() or 0) != length:
            numbered = f"SELECT row_number() OVER () AS n, {_quoted(name)} AS v FROM {table}"
            rows = _asked(path, f"SELECT n FROM ({numbered}) WHERE instr(v, char(0)) > 0 LIMIT {_MOST_NUL}")
            for row in rows.column("n").to_pylist():
                remarks.add(NUL, row=row, column=name)


def _asked(path: Path, sql: str) -> pa.Table:
    with pyogrio.open_arrow(path, sql=sql, use_pyarrow=True, IMMUTABLE="YES") as (_, reader):
        return reader.read_all()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


GEOPACKAGE = Reader("GeoPackage", recognises, open_geopackage)
