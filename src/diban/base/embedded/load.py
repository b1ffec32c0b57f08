"""The first rows of a layer, written in bulk into a new file that is moved into place when complete."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diban.base.embedded.claims import claim, hold
from diban.base.embedded.conditions import areas
from diban.base.embedded.flushing import Flushing, flushing
from diban.base.embedded.hilbert import along_curve
from diban.base.embedded.layout import INDEX, create, unfinished
from diban.base.embedded.packing import NODE_BYTES, BoxSorter, packed
from diban.base.embedded.pipe import BulkPipe, bulk_pipe
from diban.base.embedded.writing import opened, written
from diban.base.port import Rows
from diban.ground import Schema, Text, Unavailable, ahead
from diban.store import keep_file

Numbers = npt.NDArray[np.int32] | npt.NDArray[np.int64]

_NODE = pa.schema([("node", pa.int64()), ("data", pa.binary(NODE_BYTES))])
_PAIR = pa.schema([("id", pa.int64()), ("node", pa.int64())])
_UNGUARDED = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA cache_size = -32768",
)
_PAIRS_AT_ONCE = 1 << 17
_NEAR_ROWS, _NEAR_BYTES = 1 << 17, 64 << 20
"""So many rows at least, or so many bytes, are laid along the curve together, however few come at once."""

_SENT_ROWS = 1 << 14


def load(empty: Path, path: Path, schema: Schema, seq: int, rows: Iterator[Rows]) -> None:
    """Write all rows under ``seq`` into a new file at ``path``; their ``rid`` is 1, 2, 3….

    The program at the other end of the pipe inserts rows while a thread here sorts their boxes. It is
    one transaction without journal or sync: the file counts when it is complete, synced and moved.
    `Conflict` when another process has claimed the layer, in its ``empty`` file, since.
    """
    with opened(empty) as connection:
        held = claim(connection)
    with unfinished(path, held) as aside:
        create(aside, schema)
        try:
            count = _fill(aside, seq, rows)
        except Unavailable:
            with opened(empty) as connection, written(connection):
                hold(connection, held)  # whoever took the claim over also took the file away
            raise
        with opened(empty) as connection, written(connection):
            hold(connection, held)
            _seal(aside, count)
            keep_file(aside, path)


def _fill(aside: Path, seq: int, rows: Iterator[Rows]) -> int:
    """Write the rows, their index and their tree; how many rows there were."""
    with closing(BoxSorter(aside.parent)) as boxes, flushing(aside) as disk, bulk_pipe(aside) as pipe:
        pipe.execute(*_UNGUARDED, "BEGIN")
        if first := next(rows, None):
            _insert_rows(pipe, seq, itertools.chain([first], rows), first.batch.schema, boxes, disk)
        pipe.execute(INDEX)
        if boxes.count:
            _insert_tree(pipe, boxes, aside.parent, disk)
        pipe.execute("COMMIT")
        return boxes.rows


def _insert_rows(
    pipe: BulkPipe, seq: int, rows: Iterable[Rows], columns: pa.Schema, boxes: BoxSorter, disk: Flushing
) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        for near, keys in map(along_curve, _gathered(rows)):
            boxes.add(near.boxes, keys)
            yield near.batch.append_column("area", areas(near.boxes))

    columns = columns.append(pa.field("area", pa.float64()))
    names, holes = ", ".join(columns.names), ", ".join("?" * len(columns))
    statement = f"INSERT INTO live (vfrom, {names}) VALUES ({int(seq)}, {holes})"
    pipe.insert(statement, columns, disk.between(_sliced(ahead(batches()))))


def _gathered(rows: Iterable[Rows]) -> Iterator[Rows]:
    """The same rows, `_NEAR_ROWS` or `_NEAR_BYTES` at once or a little more."""
    held: list[Rows] = []
    count = size = 0
    for part in rows:
        held.append(part)
        count, size = count + part.batch.num_rows, size + part.batch.nbytes
        if count >= _NEAR_ROWS or size >= _NEAR_BYTES:
            yield _joined(held)
            count = size = 0
    if held:
        yield _joined(held)


def _sliced(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows, few at once, so that the program that inserts them needs no memory for many."""
    for batch in batches:
        for start in range(0, batch.num_rows, _SENT_ROWS):
            yield batch.slice(start, _SENT_ROWS)


def _joined(parts: list[Rows]) -> Rows:
    """All parts as one, taken out of the list, so that they are held once."""
    joined = parts[0]
    if len(parts) > 1:
        batches, boxes = [part.batch for part in parts], [part.boxes for part in parts]
        joined = Rows(pa.concat_batches(batches), np.concatenate(boxes))
    parts.clear()
    return joined


def _insert_tree(pipe: BulkPipe, boxes: BoxSorter, folder: Path, disk: Flushing) -> None:
    """The R*Tree's three tables, each in the order of its key; which node holds a row waits in a file."""
    inner: list[pa.RecordBatch] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        holders = np.memmap(file, np.int32, "w+", shape=boxes.rows + 1)
        # Replace: the empty root is there from the beginning.
        nodes = disk.between(_nodes(boxes, holders, inner))
        pipe.insert("REPLACE INTO live_box_node VALUES (?, ?)", _NODE, nodes)
        pipe.insert("INSERT INTO live_box_rowid VALUES (?, ?)", _PAIR, disk.between(_held(holders)))
        pipe.insert("INSERT INTO live_box_parent VALUES (?, ?)", _PAIR, inner)


def _nodes(boxes: BoxSorter, holders: Numbers, inner: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """All nodes; ``holders`` learns the node of each row, ``inner`` the parents of nodes."""
    for nodes in packed(boxes.sorted(), boxes.count):
        if nodes.level:
            inner.append(_pairs(nodes.children, nodes.parents))
        else:
            holders[nodes.children] = nodes.parents
        count = len(nodes.bodies)
        bodies = pa.Array.from_buffers(_NODE.field(1).type, count, [None, pa.py_buffer(nodes.bodies)])
        yield pa.record_batch([pa.array(nodes.first + np.arange(count)), bodies], schema=_NODE)


def _held(holders: Numbers) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(holders), _PAIRS_AT_ONCE):
        part = holders[start : start + _PAIRS_AT_ONCE]
        held = np.flatnonzero(part)
        yield _pairs(held + start, part[held])


def _pairs(ids: Numbers, nodes: Numbers) -> pa.RecordBatch:
    return pa.record_batch([pa.array(ids, pa.int64()), pa.array(nodes, pa.int64())], schema=_PAIR)


def _seal(aside: Path, expected: int) -> None:
    """Turn the finished file to WAL, and make sure that its transaction has landed."""
    with opened(aside) as connection:
        (found,) = connection.execute("SELECT coalesce(max(rid), 0) FROM live").fetchone()
    if found != expected:
        raise Unavailable(
            Text(
                zh=f"批量写入不完整：{found}/{expected} 行",
                en=f"bulk write incomplete: {found} of {expected} rows",
            ),
            remedy=Text(zh="重新执行", en="repeat"),
        )
