"""Before the catalogue: what a file holds, as the draft of a description that its steward completes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from diban.ground import GEOMETRY, GeometryKind, Kind, Text
from diban.intake import Reading, SourceLayer, open_upload

_DIGITS_OF_A_NUMBER = 9  # longer ones are codes, or would lose digits in a spreadsheet
_INTEGER = r"^[+-]?(0|[1-9][0-9]*)$"
_NUMBER = r"^[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_TO_WRITE = Text(zh="（待填写）", en="(to be written)")
# By shapely's numbers of geometry types; collections, 7, are of any kind.
_KINDS = {
    **dict.fromkeys((0, 4), GeometryKind.POINT),
    **dict.fromkeys((1, 2, 5), GeometryKind.LINE),
    **dict.fromkeys((3, 6), GeometryKind.POLYGON),
}


@dataclass(frozen=True, slots=True)
class Described:
    """What the file says of its layer, and the draft."""

    source: SourceLayer
    draft: dict[str, object]


def describe(
    file: Path,
    provider: str,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    header: bool = True,
) -> Described:
    """Read the first rows of a file in the sandbox.

    ``provider`` is the party's name or credit code, ``layer`` the one to read of a file that has several.
    Without a ``header`` the first row of a table is data, and fields are named by position. The draft can be
    registered once its words are written; sharing is proposed as the law's middle way and opening as closed,
    since neither can be read off a file. `Unreadable` as when it is delivered.
    """
    with open_upload(file, layer=layer, encoding=encoding, header=header) as opened:
        head = next(opened.batches(), None)
        fields = [_field(name, None if head is None else head.column(name)) for name in opened.columns]
        kind = _geometry(opened, head)
    return Described(opened.source, _draft(file, provider, opened.source, kind, fields))


def _draft(
    file: Path, provider: str, source: SourceLayer, kind: GeometryKind, fields: list[dict[str, object]]
) -> dict[str, object]:
    name = file.name.split(".")[0]
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "new-resource"
    title = {"zh": name, "en": name}
    schema = {"geometry": kind.value, "key": None, "fields": fields}
    return {
        "slug": slug,
        "title": title,
        **{part: _TO_WRITE.as_json() for part in ("abstract", "licence", "source", "sharing_condition")},
        "category": "30100101",
        "provider": provider,
        "owner": provider,
        "format": "spreadsheet" if source.format in ("CSV", "XLSX") else "database",
        "sharing": "conditional",
        "method": "service",
        "opening": "closed",
        "cycle": "on_event",
        "layers": [{"slug": slug, "title": title, "schema": schema}],
    }


def _field(name: str, column: pa.Array | None) -> dict[str, object]:
    kind = Kind.TEXT if column is None else _kind(column)
    return {"name": name, "kind": kind.value, "title": {"zh": name, "en": name}}


def _kind(column: pa.Array) -> Kind:
    """The kind that holds what the file has; text that looks like a code stays text."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return Kind.BOOLEAN
    if pa.types.is_date(kind):
        return Kind.DATE
    if pa.types.is_timestamp(kind):
        return Kind.INSTANT
    if pa.types.is_integer(kind):
        return Kind.INTEGER
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Kind.FLOAT
    return _kind_of_text(column.drop_null()) if pa.types.is_string(kind) else Kind.TEXT


def _kind_of_text(values: pa.Array) -> Kind:
    values = values.filter(pc.not_equal(values, ""))
    if not len(values) or not _all(values, _NUMBER):
        return Kind.TEXT
    if not _all(values, _INTEGER):
        return Kind.FLOAT
    return Kind.INTEGER if pc.max(pc.utf8_length(values)).as_py() <= _DIGITS_OF_A_NUMBER else Kind.TEXT


def _all(values: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())


def _geometry(opened: Reading, head: pa.RecordBatch | None) -> GeometryKind:
    """The kind of the first features' geometry; any, where they differ or there are none."""
    if head is None or GEOMETRY not in opened.schema.names:
        return GeometryKind.NONE if GEOMETRY not in opened.schema.names else GeometryKind.ANY
    with np.errstate(all="ignore"):
        shapes = shapely.from_wkb(head.column(GEOMETRY).drop_null().to_numpy(zero_copy_only=False), "ignore")
    kinds = np.unique(shapely.get_type_id(shapes)).tolist()
    found = {_KINDS.get(kind, GeometryKind.ANY) for kind in kinds if kind >= 0}
    return found.pop() if len(found) == 1 else GeometryKind.ANY
