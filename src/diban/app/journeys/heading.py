"""Headed (表头): whether a table's first row names its columns: by the sender's word, never by a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import pyarrow as pa

from diban.app.journeys.original import open_original
from diban.app.wiring import Platform
from diban.ground import Schema, Text
from diban.intake import (
    Columns,
    Delivery,
    Mapping,
    Reading,
    Unreadable,
    match_columns,
    seems_data,
    seems_names,
)

_NO_PLACE = "place-column-absent"


def headed(
    delivery: Delivery, opened: Reading, columns: Columns, mapping: Mapping, schema: Schema
) -> Iterator[pa.RecordBatch]:
    """Every batch of the file, whose first row does not speak against how it was read.

    `Unreadable` where it does, and nothing was said of it with the delivery: a word that was saved with the
    mapping is older than the file. The sender's word is final.
    """
    batches = opened.batches()
    if delivery.sent.header is not None:
        return batches
    first = next(batches, pa.RecordBatch.from_pylist([], opened.schema))
    head, strange = opened.source.head, not columns.source and not opened.source.places
    if head and strange and seems_data(head, first, schema):
        raise absent()
    if head == () and first.num_rows:
        titles = [word for field in schema.fields for word in (field.title.zh, field.title.en)]
        known = [*schema.names(), *titles, *mapping.columns.values()]
        if seems_names([first.column(name)[0].as_py() for name in opened.columns], known):
            raise unexpected()
    return chain((first,), batches)


def explained(
    platform: Platform, delivery: Delivery, mapping: Mapping, schema: Schema, fault: Unreadable
) -> Unreadable:
    """The fault, or what is behind it: where data stand for names, no column of coordinates is found."""
    if fault.code != _NO_PLACE or delivery.sent.header is not None or mapping.header is False:
        return fault
    mapping = replace(mapping, x=None, y=None, shape=None)
    try:
        with open_original(platform, delivery, mapping) as opened:
            columns = match_columns(list(opened.columns), opened.source.id_name, schema, mapping)
            headed(delivery, opened, columns, mapping, schema)
    except Unreadable as behind:
        return behind
    return fault


def absent() -> Unreadable:
    """What is told when data seem to stand where names are looked for."""
    return Unreadable(
        "header.absent",
        Text(
            zh="首行像是数据而不是列名：已声明的信息项一个也没有对上，首行的值与其下各行同类",
            en="the first row seems to be data, not names: no declared field was found, and its values "
            "are like those below",
        ),
        Text(
            zh="没有表头的，提交时选“首行即数据”（--no-header），或在映射中保存 header: false，"
            "列名即为 column 1、column 2…；首行确是列名的，选“首行是列名”（--header），并在映射中说明各列",
            en="without a header say so when you deliver (--no-header) or save header: false in the mapping: "
            "columns are column 1, column 2 … then; if it does hold names, say that (--header) and map them",
        ),
    )


def unexpected() -> Unreadable:
    """What is told when names seem to stand where the mapping says that there are data."""
    return Unreadable(
        "header.unexpected",
        Text(
            zh="映射说首行即数据，但首行像是列名",
            en="the mapping says that the first row is data, yet it seems to hold the names of the columns",
        ),
        Text(
            zh="有表头的，提交时选“首行是列名”（--header）；首行确是数据的，选“首行即数据”（--no-header）",
            en="with a header say so when you deliver (--header); if it is data, say that (--no-header)",
        ),
    )
