"""Some rows of a feature set, taken out in one pass and kept on disk, to be compared in any order."""

from __future__ import annotations

import mmap
import tempfile
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.ground import GEOMETRY, FeatureSet, Schema
from diban.quality.look import looks
from diban.quality.sameness import whole_rows
from diban.quality.wkb import read_wkb

_ROW = "row"
_SCHEMA = pa.schema([pa.field(GEOMETRY, pa.binary()), pa.field(_ROW, pa.binary(32))])


class Fetched:
    """The rows of these indices, ascending: geometry, and a hash of each as far as ``compared`` goes.

    They lie in an unnamed file; only what `rows` is asked for is held in memory. A context manager.
    """

    def __init__(self, features: FeatureSet, wanted: npt.NDArray[np.int64], compared: Schema) -> None:
        self._wanted = wanted
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this
        with (
            open(self._file.fileno(), "wb", closefd=False) as stream,
            pa.PythonFile(stream, "w") as sink,
            pa.ipc.new_file(sink, _SCHEMA) as writer,
        ):
            for look in looks(features):
                low, high = np.searchsorted(wanted, (look.start, look.start + look.batch.num_rows))
                if high > low:
                    batch = look.batch.take(pa.array(wanted[low:high] - look.start))
                    hashes = pa.array(whole_rows(batch, compared), pa.binary(32))
                    writer.write_batch(pa.record_batch([batch.column(GEOMETRY), hashes], schema=_SCHEMA))
        # Mapped: pages that are not asked for are never read, and those that were can be let go.
        mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self._kept = pa.ipc.open_file(pa.BufferReader(pa.py_buffer(mapped))).read_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._kept
        self._file.close()

    def rows(self, index: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
        """Geometries and hashes of the rows of these indices, in their order."""
        places, back = np.unique(np.searchsorted(self._wanted, index), return_inverse=True)
        taken = self._kept.take(pa.array(places)).combine_chunks()
        shapes, hashes = (taken.column(name).combine_chunks() for name in (GEOMETRY, _ROW))
        return read_wkb(shapes)[back], hashes.to_numpy(zero_copy_only=False)[back]
