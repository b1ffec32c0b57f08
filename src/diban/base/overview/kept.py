"""One kept tile as a value, and as the bytes that both engines store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.base.boxes import measured
from diban.base.columns import physical_name
from diban.base.mvt import Drawing, Fitted, TileAddress, lie_in
from diban.ground import Field, Kind

FID, SIZE, HOME, KIND, TOKENS = "fid", "size", "home", "kind", "tokens"
_DRAWN = pa.schema(
    [
        (FID, pa.int64()),
        (SIZE, pa.float64()),
        (HOME, pa.bool_()),
        (KIND, pa.int8()),
        (TOKENS, pa.list_(pa.uint32())),
    ]
)
_ABSENT, _LAID = b"absent", b"laid"

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is drawn in a tile as of version ``seq``, the largest first.

    ``drawn`` has a row for each feature of the tile: ``fid``, ``size`` (of its box), ``home`` (whether
    it is counted in this tile), ``kind`` and ``tokens`` of its geometry, then its stored columns.
    ``counted`` features are counted here; of these, ``absent`` lie in other tiles with all their parts.
    ``laid`` rows were put in or taken out since the tile was made of all that lies in it.
    """

    address: TileAddress
    seq: int
    counted: int
    absent: Numbers
    simplified: bool
    lost: int
    drawn: pa.RecordBatch
    laid: int = 0

    @property
    def fids(self) -> Numbers:
        """The feature of each row."""
        found: Numbers = self.drawn.column(FID).to_numpy()
        return found

    @property
    def sizes(self) -> npt.NDArray[np.float64]:
        """The size of each row's box."""
        found: npt.NDArray[np.float64] = self.drawn.column(SIZE).to_numpy()
        return found

    @property
    def home(self) -> npt.NDArray[np.bool_]:
        """Whether the row's feature is counted here; true in one row of a feature only."""
        return np.asarray(self.drawn.column(HOME).to_numpy(zero_copy_only=False), np.bool_)

    @property
    def left_out(self) -> int:
        """How many of the counted features are not drawn, though they lie here."""
        return self.counted - len(self.absent) - int(self.home.sum())

    @property
    def whole(self) -> bool:
        """Whether all that lies here is drawn, with all its corners."""
        return not (self.simplified or self.lost or self.left_out)

    def values(self, field: Field) -> pa.Array:
        """A field's stored values; none where the field came later."""
        name = physical_name(field)
        if name in self.drawn.schema.names:
            return self.drawn.column(name)
        return pa.nulls(self.drawn.num_rows, stored_type(field.kind))

    def drawing(self) -> Drawing:
        """The geometry of all rows."""
        tokens = self.drawn.column(TOKENS)
        counts = np.diff(tokens.offsets.to_numpy()).astype(np.int64)
        kinds = self.drawn.column(KIND).to_numpy()
        return Drawing(np.arange(len(counts)), kinds, counts, tokens.flatten().to_numpy().astype(np.uint64))

    def packed(self) -> bytes:
        """The drawn rows as bytes."""
        said = {_ABSENT: self.absent.tobytes(), _LAID: str(self.laid).encode()}
        batch = self.drawn.replace_schema_metadata(said)
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_stream(sink, batch.schema, options=options) as stream:
            stream.write_batch(batch)
        packed: bytes = sink.getvalue().to_pybytes()
        return packed


def unpacked(address: TileAddress, seq: int, counted: int, simplified: bool, lost: int, body: bytes) -> Kept:
    """`Kept.packed` read back, with what stands beside it."""
    with pa.ipc.open_stream(body) as stream:
        batch = stream.read_next_batch()
    said = batch.schema.metadata
    absent, laid = np.frombuffer(said[_ABSENT], np.int64), int(said.get(_LAID, b"0"))
    return Kept(address, seq, counted, absent, bool(simplified), lost, batch, laid)


def kept_of(
    address: TileAddress,
    seq: int,
    rows: pa.RecordBatch,
    geometry: pa.Array,
    fitted: Fitted,
    counted: int | None,
) -> Kept:
    """What was fitted into a tile, to be kept.

    ``rows`` are the rows that it was made of: ``fid``, then stored columns. ``counted`` says how many
    are counted in the tile when these are not all of them.
    """
    boxes = measured(geometry)[0]
    home = lie_in(boxes, address)
    at = fitted.drawing.row
    first = np.ones(len(at), np.bool_)
    first[1:] = at[1:] != at[:-1]
    there = np.zeros(rows.num_rows, np.bool_)
    there[at] = True
    there[fitted.lost] = True
    fids = rows.column(FID).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(fitted.drawing.counts)]).astype(np.int32)
    tokens = pa.ListArray.from_arrays(pa.array(offsets), pa.array(fitted.drawing.tokens.astype(np.uint32)))
    columns = [
        pa.array(fids[at]),
        pa.array(areas(boxes)[at]),
        pa.array(home[at] & first),
        pa.array(fitted.drawing.kind),
        tokens,
        *(column.take(pa.array(at)) for column in rows.columns[1:]),
    ]
    names = [*_DRAWN.names, *rows.schema.names[1:]]
    drawn = pa.RecordBatch.from_arrays(columns, names=names)
    here = int(home.sum()) if counted is None else counted
    return Kept(address, seq, here, fids[home & ~there], fitted.simplified, len(fitted.lost), drawn)


def stored_type(kind: Kind) -> pa.DataType:
    """The Arrow type in which values of a kind are stored."""
    if kind is Kind.TEXT:
        return pa.string()
    return pa.float64() if kind is Kind.FLOAT else pa.int64()


def areas(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Areas of boxes in square degrees, as both engines have them; 0 where there is none."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return np.nan_to_num(found, nan=0.0, posinf=np.inf)
