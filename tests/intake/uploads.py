"""Files that departments (and worse) might send, and how a test reads them."""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile

import pyarrow as pa
import pyogrio
import pysqlite3
import shapely

from diban.intake.formats.reader import Remarks, Wanted
from diban.intake.formats.registry import choose
from diban.intake.formats.scratch import FILES, Scratch
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.reading import Places, SourceLayer, open_upload
from diban.intake.sandbox.remark import Remark
from diban.intake.sandbox.unreadable import unreadable
from diban.intake.sandbox.wire import Refusal

POINT = '{"type":"Point","coordinates":[%s]}'
GPKG_HEADER = b"GP\x00\x01" + struct.pack("<i", 4490)


# What the child's last resort makes a finding of.
_DAMAGE = (
    *(ArithmeticError, EOFError, LookupError, OSError, ValueError),
    *(BadZipFile, pa.ArrowException, struct.error, zlib.error),
)


@dataclass(frozen=True, slots=True)
class Read:
    """All of a reading at once."""

    source: SourceLayer
    table: pa.Table
    remarks: tuple[Remark, ...]

    @property
    def wkt(self) -> list[str | None]:
        return list(shapely.to_wkt(shapely.from_wkb(self.column("geometry"))))

    def column(self, name: str) -> list[object]:
        return list(self.table.column(name).to_pylist())

    def codes(self) -> set[str]:
        return {remark.code for remark in self.remarks}


def read(
    path: Path,
    layer: str | None = None,
    limits: Limits | None = None,
    encoding: str | None = None,
    places: Places | None = None,
    work: Path | None = None,
    header: bool = True,
) -> Read:
    """Everything, through the sandbox."""
    asked = open_upload(
        path, layer=layer, limits=limits, encoding=encoding, places=places, work=work, header=header
    )
    with asked as reading:
        table = pa.Table.from_batches(reading.batches(), reading.schema)
    return Read(reading.source, table, reading.remarks)


def read_here(
    path: Path,
    layer: str | None = None,
    encoding: str | None = None,
    places: Places | None = None,
    header: bool = True,
) -> Read:
    """The same in this process, for readers without GDAL: many small files are read soon."""
    places, limits, remarks = places or Places(), Limits(), Remarks()
    with ExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory()))
        files = [held.enter_context((folder / str(number)).open("xb")) for number in range(FILES)]
        scratch = Scratch([(file.fileno(), Path(file.name)) for file in files])
        wanted = Wanted(layer, encoding, places.x, places.y, places.shape, scratch, header=header)
        try:
            source = held.enter_context(choose(path).open(path, wanted, limits, remarks))
            table = pa.Table.from_batches(source.batches, source.schema)
        except Refusal as refusal:
            raise unreadable(refusal, limits) from refusal
        except _DAMAGE as fault:
            raise unreadable(Refusal("read-damaged", detail=str(fault)), limits) from fault
        said: dict[str, Any] = source.as_json()
        names = said.pop("head")
        head = SourceLayer(name=said.pop("layer"), head=None if names is None else tuple(names), **said)
    table.validate(full=True)
    return Read(head, table, tuple(Remark.from_json(remark) for remark in remarks.as_json()))


def collection(geometries: Iterable[str], properties: Iterable[str] = (), **members: str) -> str:
    """The text of a FeatureCollection; every part of it is given as JSON text, well formed or not."""
    texts = list(properties)
    features = [
        f'{{"type":"Feature","properties":{texts[i] if i < len(texts) else "{}"},"geometry":{geometry}}}'
        for i, geometry in enumerate(geometries)
    ]
    root = "".join(f"{json.dumps(name)}:{value}," for name, value in members.items())
    return f'{{"type":"FeatureCollection",{root}"features":[{",".join(features)}]}}'


def geojson(folder: Path, *geometries: str, properties: Iterable[str] = (), **members: str) -> Path:
    """A GeoJSON file with these geometries."""
    path = folder / "upload"
    path.write_text(collection(geometries, properties, **members), encoding="utf-8")
    return path


def geopackage(folder: Path, table: pa.Table, layer: str = "建筑", geometry_type: str = "Polygon") -> Path:
    """A GeoPackage written by GDAL; without a geometry column it becomes an attribute table."""
    path = folder / "upload.gpkg"
    spatial = "geometry" in table.column_names
    pyogrio.write_arrow(
        table,
        path,
        layer=layer,
        driver="GPKG",
        append=path.exists(),
        geometry_name="geometry" if spatial else None,
        geometry_type=geometry_type if spatial else None,
        crs="EPSG:4490" if spatial else None,
    )
    return path


def buildings(count: int = 3) -> pa.Table:
    """Squares in Shenzhen with attributes of several types."""
    squares = shapely.box(
        [113.9 + i * 1e-3 for i in range(count)], 22.5, [113.9005 + i * 1e-3 for i in range(count)], 22.5005
    )
    return pa.table(
        {
            "名称": [f"建筑{i}" for i in range(count)],
            "编码": [f"44030{i:020d}" for i in range(count)],
            "层数": pa.array(range(count), pa.int32()),
            "geometry": pa.array(shapely.to_wkb(squares), pa.binary()),
        }
    )


def rewritten(path: Path, *statements: str, blobs: Iterable[bytes] = ()) -> Path:
    """The GeoPackage changed behind GDAL's back; ``blobs`` replace the geometries from the first row on."""
    with pysqlite3.connect(str(path)) as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            connection.execute(statement)
        for row, blob in enumerate(blobs, 1):
            connection.execute('UPDATE "建筑" SET geom = ? WHERE fid = ?', (GPKG_HEADER + blob, row))
    connection.close()
    return path


def mutations(good: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Truncations and bit flips of a good content."""
    chance = random.Random(seed)
    for number in range(count):
        if number % 3 == 0:
            yield good[: chance.randrange(len(good))]
            continue
        broken = bytearray(good)
        for _ in range(chance.choice([1, 8, 64])):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        yield bytes(broken)
