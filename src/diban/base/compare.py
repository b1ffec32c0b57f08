"""What a delivery would change: its rows matched with the layer's, before anybody decides.

With a key field, rows are matched by key. Without one they are matched by content (row hash), and
what is left by place: two shapes that share at least half of what they cover together are one
feature that changed. The plan is written beside the delivery, so that landing can be resumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diban.ground import HASH, HASH_BYTES, ContentHash, FeatureSet, Invalid, Mode, Text, row_hashes
from diban.store import translating_disk

UNCHANGED, NEW, CHANGED = 0, 1, 2
SAME_FEATURE = 0.5
MOST_PAIRS = 1_000_000
_SAVED = {"action": np.int8, "fid": np.int64, "ended": np.int64}

Fids = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Present:
    """The rows a layer has now: feature numbers, 32-byte hashes, keys or (keyless) geometries."""

    fids: Fids
    hashes: npt.NDArray[np.void]
    keys: pa.Array | None
    geometry: pa.Array | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of each delivered row, in order, and which present features end without a successor."""

    action: npt.NDArray[np.int8]
    fid: Fids
    ended: Fids
    content: ContentHash

    def save(self, folder: Path) -> None:
        """Write the plan into a folder."""
        with translating_disk():
            folder.mkdir(parents=True, exist_ok=True)
            for name, kind in _SAVED.items():
                (folder / name).write_bytes(np.ascontiguousarray(getattr(self, name), kind).data)


def load_plan(folder: Path) -> tuple[npt.NDArray[np.int8], Fids, Fids]:
    """The arrays of a saved plan: action, fid, ended."""
    action, fid, ended = (np.fromfile(folder / name, kind) for name, kind in _SAVED.items())
    return action, fid, ended


def plan_changes(features: FeatureSet, present: Present, mode: Mode) -> Plan:
    """Match delivered rows with present ones."""
    hashes = as_hashes(
        pa.chunked_array([_hashes(features, batch) for batch in features.batches()], pa.binary(32))
    )
    if present.keys is not None:
        matched = _by_key(features, present)
    else:
        matched = _by_content(hashes, present)
        if present.geometry is not None:
            _by_shape(features, matched, present)
            _by_place(features, matched, present)
    return _plan(hashes, matched, present, mode)


def as_hashes(column: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.void]:
    """A 32-byte column as numpy values that compare for equality."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.binary(32))
    buffer = whole.buffers()[1]
    if not len(whole) or buffer is None:
        return np.empty(0, f"V{HASH_BYTES}")
    return np.frombuffer(buffer, f"V{HASH_BYTES}")[whole.offset : whole.offset + len(whole)]


def _hashes(features: FeatureSet, batch: pa.RecordBatch) -> pa.Array:
    if HASH in batch.schema.names:
        return batch.column(HASH)
    return row_hashes(batch, features.schema)


def _plan(hashes: npt.NDArray[np.void], matched: Fids, present: Present, mode: Mode) -> Plan:
    """From the position of each row's match (−1: none) to what becomes of it."""
    found = matched >= 0
    same = np.zeros(len(matched), bool)
    same[found] = hashes[found] == present.hashes[matched[found]]
    action = np.where(~found, NEW, np.where(same, UNCHANGED, CHANGED)).astype(np.int8)
    fid = (
        np.where(found, present.fids[np.where(found, matched, 0)], 0)
        if len(present.fids)
        else np.zeros_like(matched)
    )
    ends = np.zeros(len(present.fids), bool)
    if mode is Mode.FULL:
        ends[:] = True
        ends[matched[found]] = False
    content = ContentHash().plus(_bytes(present.hashes)).minus(_bytes(present.hashes[ends]))
    content = content.minus(_bytes(present.hashes[matched[action == CHANGED]])).plus(
        _bytes(hashes[action != UNCHANGED])
    )
    return Plan(action, fid, present.fids[ends], content)


def _bytes(hashes: npt.NDArray[np.void]) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(hashes).view(np.uint8)


def _by_key(features: FeatureSet, present: Present) -> Fids:
    name = features.schema.key
    assert name is not None
    assert present.keys is not None
    keys = pa.chunked_array([batch.column(name) for batch in features.batches()], present.keys.type)
    if keys.null_count or pc.count_distinct(keys).as_py() != len(keys):
        raise Invalid(
            Text(
                zh=f"主键“{name}”为空或重复，无法比对",
                en=f"the key {name!r} is absent or doubled; nothing to match by",
            ),
            field=name,
            remedy=Text(
                zh="按质量报告修正主键后重新提交", en="mend the keys named in the report and deliver again"
            ),
        )
    return np.asarray(pc.index_in(keys, value_set=present.keys).fill_null(-1).to_numpy(), np.int64)


def _by_content(hashes: npt.NDArray[np.void], present: Present) -> Fids:
    """Equal rows paired one to one: the n-th of a kind here with the n-th of its kind there."""
    ours, theirs = _numbered(hashes), _numbered(present.hashes)
    return np.asarray(
        pc.index_in(ours, value_set=theirs).fill_null(-1).to_numpy(zero_copy_only=False), np.int64
    )


def _numbered(hashes: npt.NDArray[np.void]) -> pa.Array:
    """Each hash with its number among equal ones, as 40 bytes."""
    order = np.argsort(hashes.view(f"S{HASH_BYTES}"), kind="stable")
    ordered = hashes[order]
    fresh = np.ones(len(hashes), bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    starts = (
        np.maximum.accumulate(np.where(fresh, np.arange(len(hashes)), 0)) if len(hashes) else np.empty(0, int)
    )
    numbered = np.empty(len(hashes), [("hash", f"V{HASH_BYTES}"), ("number", "<i8")])
    numbered["hash"] = hashes
    numbered["number"][order] = np.arange(len(hashes)) - starts
    return pa.Array.from_buffers(
        pa.binary(HASH_BYTES + 8), len(hashes), [None, pa.py_buffer(numbered.tobytes())]
    )


def _by_shape(features: FeatureSet, matched: Fids, present: Present) -> None:
    """Match what is left by the very same geometry, one to one in order; fills ``matched`` in place."""
    assert present.geometry is not None
    rows, old = _left(matched, present)
    if not len(rows) or not len(old):
        return
    ours = _geometry_of(features, rows)
    theirs = present.geometry.take(pa.array(old)).to_numpy(zero_copy_only=False)
    here, there = ours != None, theirs != None  # noqa: E711 - element by element
    rows, old = rows[here], old[there]
    keys = [_numbered(_digests(shapes)) for shapes in (ours[here], theirs[there])]
    found = np.asarray(pc.index_in(keys[0], value_set=keys[1]).fill_null(-1).to_numpy(zero_copy_only=False))
    matched[rows[found >= 0]] = old[found[found >= 0]]


def _digests(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.void]:
    """A digest of each WKB."""
    digests = b"".join([blake2b(shape, digest_size=HASH_BYTES).digest() for shape in shapes])
    return np.frombuffer(digests, f"V{HASH_BYTES}")


def _left(matched: Fids, present: Present) -> tuple[Fids, Fids]:
    """Delivered rows without a match, and present ones that none took."""
    free = np.ones(len(present.fids), bool)
    free[matched[matched >= 0]] = False
    return np.flatnonzero(matched < 0), np.flatnonzero(free)


def _by_place(features: FeatureSet, matched: Fids, present: Present) -> None:
    """Match what is left by shape, best pairs first; fills ``matched`` in place."""
    assert present.geometry is not None
    rows, old = _left(matched, present)
    if not len(rows) or not len(old):
        return
    ours = shapely.from_wkb(_geometry_of(features, rows), on_invalid="ignore")
    theirs = shapely.from_wkb(
        present.geometry.take(pa.array(old)).to_numpy(zero_copy_only=False), on_invalid="ignore"
    )
    first, second = _pairs(ours, theirs)
    share = shared_part(ours[first], theirs[second])
    taken_new, taken_old = set[int](), set[int]()
    # One to one, best first: a greedy pass over the few pairs that are left is inherently sequential.
    for pair in np.lexsort((second, first, -share)):
        a, b = int(first[pair]), int(second[pair])
        if share[pair] >= SAME_FEATURE and a not in taken_new and b not in taken_old:
            taken_new.add(a)
            taken_old.add(b)
            matched[rows[a]] = old[b]


def _pairs(ours: Shapes, theirs: Shapes) -> tuple[Fids, Fids]:
    """Which shapes meet, `MOST_PAIRS` at most: where very many are stacked, the rest counts as replaced."""
    tree, found, total = shapely.STRtree(theirs), [], 0
    for start in range(0, len(ours), 1000):
        pairs = tree.query(ours[start : start + 1000], predicate="intersects")
        if (total := total + pairs.shape[1]) > MOST_PAIRS:
            break
        found.append(pairs + np.array([[start], [0]]))
    both = np.hstack(found) if found else np.empty((2, 0), np.int64)
    return both[0], both[1]


def shared_part(ours: npt.NDArray[np.object_], theirs: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """How much of what two shapes cover together both cover: by area, else by length, else 1 when equal."""
    both, either = shapely.intersection(ours, theirs), shapely.union(ours, theirs)
    area, length = shapely.area(either), shapely.length(either)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_area, by_length = shapely.area(both) / area, shapely.length(both) / length
    points = shapely.equals(ours, theirs).astype(np.float64)
    found: npt.NDArray[np.float64] = np.where(area > 0, by_area, np.where(length > 0, by_length, points))
    return found


def _geometry_of(features: FeatureSet, rows: Fids) -> npt.NDArray[np.object_]:
    kept, start = [], 0
    for batch in features.batches():
        inside = rows[(rows >= start) & (rows < start + batch.num_rows)] - start
        kept.append(batch.column("geometry").take(pa.array(inside)))
        start += batch.num_rows
    shapes: npt.NDArray[np.object_] = pa.chunked_array(kept, pa.binary()).to_numpy()
    return shapes
