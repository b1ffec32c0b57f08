"""An upload, opened in the sandbox: what its file says, then its rows, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from io import BufferedWriter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from diban.ground import GEOMETRY, AssetKind
from diban.intake.formats.reader import NUL, Remarks
from diban.intake.formats.scratch import FILES
from diban.intake.sandbox import text, wkb
from diban.intake.sandbox.launch import Child, waiting_child
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.packed import is_packed
from diban.intake.sandbox.remark import Remark
from diban.intake.sandbox.unreadable import unreadable
from diban.intake.sandbox.wire import Kind, Refusal
from diban.store import translating_disk

_SYSTEM_COLUMNS = 4
# What decoding raises when a child sends what it should not.
_SENSELESS = (
    ValueError, LookupError, TypeError, OSError, EOFError, OverflowError, RecursionError, MemoryError
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceLayer:
    """What the file says of the layer, unchecked.

    ``crs`` is ``AUTHORITY:CODE``, a name or WKT as found, or None; ``crs_declared`` tells a stated
    CRS from the format's own default. ``rows`` is None when only reading tells. ``id_name`` is the
    file's name for its row numbers, which travel as ``_source_id``; ``places`` are the columns of a table in
    which the coordinates stand, ``head`` the beginnings of the cells of the row that named the columns, none
    where no row did, None where the format itself names them.
    """

    format: str
    name: str
    rows: int | None
    crs: str | None
    crs_declared: bool
    geometry_type: str | None
    id_name: str | None
    places: tuple[str, ...] = ()
    head: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Columns of a table in which coordinates stand: two of numbers, or one of WKT or WKB."""

    x: str | None = None
    y: str | None = None
    shape: str | None = None


class Reading:
    """One pass over one layer; a context manager, whose end is also the child's.

    Batches have the file's own columns and types, ``geometry`` (ISO WKB, little endian, x before y;
    null where its bytes made no geometry), ``_row`` (1-based) and ``_source_id``. Every batch was
    validated, and every geometry walked through, on this side of the pipe.
    """

    def __init__(self, child: Child, limits: Limits) -> None:
        self._child, self._limits = child, limits
        self._rows = self._decoded = 0
        self._met = Remarks()
        self._held = ExitStack()
        self.remarks: tuple[Remark, ...] = ()
        """What was met on the way; complete after the last batch."""
        with _in_words(limits):
            self.source = _source(json.loads(self._next(Kind.HEAD)[1].to_pybytes()))
            self.schema = self._read_schema()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, fault, trace)

    def owns(self, held: ExitStack) -> None:
        """End ``held`` with the reading."""
        self._held = held

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the file's own columns, in order."""
        return tuple(name for name in self.schema.names if name != GEOMETRY and not name.startswith("_"))

    def cancel(self) -> None:
        """Stop reading, from any thread; `batches` then raises `Unreadable` (``read-cancelled``)."""
        self._child.end("read-cancelled")

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, once; `Unreadable` when the file turns out bad, however far it was read."""
        while True:
            with _in_words(self._limits):
                kind, body = self._next(Kind.BATCH, Kind.END)
                if kind is Kind.END:
                    self._finish(body)
                    return
                batch = self._batch(body)
            yield batch

    def _next(self, *wanted: Kind) -> tuple[Kind, pa.Buffer]:
        kind, body = self._child.frame()
        if kind is Kind.FAILURE:
            said = json.loads(body.to_pybytes())
            raise Refusal(str(said["code"]), **said["facts"])
        if kind not in wanted:
            raise Refusal("read-crashed", detail=f"unexpected frame {kind.name}")
        return kind, body

    def _read_schema(self) -> pa.Schema:
        schema = pa.ipc.read_schema(self._next(Kind.SCHEMA)[1])
        if len(schema) > self._limits.columns + _SYSTEM_COLUMNS or len(set(schema.names)) != len(schema):
            raise Refusal("read-crashed", detail="columns too many or doubled")
        if any(pa.types.is_nested(kind) or isinstance(kind, pa.BaseExtensionType) for kind in schema.types):
            raise Refusal("read-crashed", detail="columns of columns")
        if GEOMETRY in schema.names and schema.field(GEOMETRY).type != pa.binary():
            raise Refusal("read-crashed", detail="geometry that is not bytes")
        return schema

    def _batch(self, body: pa.Buffer) -> pa.RecordBatch:
        if is_packed(body):
            raise Refusal("read-crashed", detail="a compressed batch")
        batch = pa.ipc.read_record_batch(body, self.schema)
        try:
            batch.validate(full=True)
        except pa.ArrowInvalid:
            batch = self._text_checked(batch)
        self._look_for_nul(batch)
        if GEOMETRY in self.schema.names:
            batch = self._geometry_checked(batch)
        self._rows += batch.num_rows
        self._decoded += batch.nbytes
        if self._decoded > self._limits.decoded:
            raise Refusal("read-too-large")
        return batch

    def _text_checked(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        for place, field in enumerate(self.schema):
            if pa.types.is_string(field.type):
                column, rows = text.readable(batch.column(place))
                batch = batch.set_column(place, field, column)
                for row in rows:
                    self._met.add("text-unreadable", row=self._rows + row + 1, column=field.name)
        batch.validate(full=True)
        return batch

    def _look_for_nul(self, batch: pa.RecordBatch) -> None:
        for field, column in zip(self.schema, batch.columns, strict=True):
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
                for row in text.with_nul(column):
                    self._met.add(NUL, row=self._rows + row + 1, column=field.name)

    def _geometry_checked(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        place = self.schema.get_field_index(GEOMETRY)
        column, failures = wkb.normalised(batch.column(place))
        for row, code in failures:
            self._met.add(code, row=self._rows + row + 1)
        longest = wkb.most_vertices(column)
        if longest is not None and longest[1] > self._limits.vertices:
            raise Refusal("geometry-too-large", row=self._rows + longest[0] + 1)
        return batch.set_column(place, self.schema.field(place), column)

    def _finish(self, body: pa.Buffer) -> None:
        printed = self._child.errors_printed()
        if printed:
            raise Refusal("read-damaged", detail=printed[0])
        said = json.loads(body.to_pybytes())["remarks"]
        self.remarks = tuple(Remark.from_json(remark) for remark in (*said, *self._met.as_json()))


def open_upload(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    places: Places | None = None,
    asset: AssetKind | None = None,
    header: bool = True,
    work: Path | None = None,
    limits: Limits | None = None,
) -> Reading:
    """Open a file from outside in a confined process of its own, and read what it says of a layer.

    ``layer`` names one of several, ``encoding`` that of text, ``places`` the columns of a table in which
    coordinates stand, where these are not to be taken from the file; an ``asset`` is a file of which only its
    facts are read, as one row; without ``header`` the first row of a CSV or XLSX is data, and its columns are
    ``column 1``, ``column 2`` …; what is packed is unpacked below
    ``work`` (else where the system keeps temporary files) until the reading ends. `Unreadable` says what
    is wrong with the file, `Unsafe` that this machine cannot confine a process; in both cases nothing was
    read outside the sandbox.
    """
    limits = limits or Limits()
    wanted = {"layer": layer, "encoding": encoding, **asdict(places or Places())}
    wanted |= {"asset": asset, "header": header}
    with ExitStack() as held:
        opened = _scratch(held, work)
        request: dict[str, object] = {
            "path": str(path.resolve(strict=True)),
            "wanted": wanted,
            "scratch": [file.name for file in opened],
        }
        child = held.enter_context(waiting_child())
        child.ask(request, limits, [file.fileno() for file in opened])
        for file in opened:
            file.close()
        reading = Reading(child, limits)
        reading.owns(held.pop_all())
        return reading


def _scratch(held: ExitStack, work: Path | None) -> list[BufferedWriter]:
    """Empty files that a child may fill, in a folder that ends with the reading."""
    with translating_disk():
        if work is not None:
            work.mkdir(parents=True, exist_ok=True)
        folder = Path(held.enter_context(TemporaryDirectory(prefix="unpacked-", dir=work))).resolve()
        return [held.enter_context((folder / f"{number}").open("xb")) for number in range(FILES)]


@contextmanager
def _in_words(limits: Limits) -> Iterator[None]:
    """Refusals as `Unreadable` or `Unsafe`; so also frames that make no sense."""
    try:
        yield
    except Refusal as refusal:
        raise unreadable(refusal, limits) from refusal
    except (*_SENSELESS, pa.ArrowException) as fault:
        senseless = Refusal("read-crashed", detail=f"{type(fault).__name__}: {fault}")
        raise unreadable(senseless, limits) from fault


def _source(head: dict[str, Any]) -> SourceLayer:
    def words(name: str) -> str | None:
        return None if head[name] is None else str(head[name])

    return SourceLayer(
        format=str(head["format"]),
        name=str(head["layer"]),
        rows=None if head["rows"] is None else int(head["rows"]),
        crs=words("crs"),
        crs_declared=bool(head["crs_declared"]),
        geometry_type=words("geometry_type"),
        id_name=words("id_name"),
        places=tuple(str(name) for name in head["places"]),
        head=None if head["head"] is None else tuple(str(cell) for cell in head["head"]),
    )
