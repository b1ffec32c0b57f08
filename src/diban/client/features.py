"""Features of a layer on their way: a stream of Arrow record batches over one immutable version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow as pa

from diban.client.columns import Json, Shape, page_of, shape_of
from diban.client.coordinates import CRS84
from diban.client.errors import Problem, Unreadable
from diban.client.geodataframe import geodataframe
from diban.client.resource import LayerInfo
from diban.client.transport import Transport
from diban.client.words import Words

if TYPE_CHECKING:
    import geopandas

PAGE = 5000


class Features:
    """Features that can be read again and again, page by page; pages are not kept.

    Each record batch is a page: ``_fid`` (the feature's id, which belongs to it across versions), the
    fields in their declared types, and WKB ``geometry`` with GeoArrow metadata, always x, y (longitude
    or easting first) whatever the register's order of axes. The metadata of the schema names ``layer``,
    ``source``, ``licence`` and ``version``: keep them with what you publish (注明来源). The first page
    fixes the version, so that pages never mix two.

    Whatever takes an Arrow stream takes it as it is (``polars.DataFrame(features)``,
    ``duckdb.from_arrow(features.reader())``).
    """

    def __init__(
        self, transport: Transport, info: LayerInfo, query: Mapping[str, str], limit: int | None, page: int
    ) -> None:
        self._transport, self._info, self._limit, self._page = transport, info, limit, page
        self._query = dict(query)
        self._shape: Shape | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """The pages as record batches; at least one, which may be empty."""
        for page in self._pages():
            if self._shape is None:
                self._shape = self._shape_of(page)
            try:
                yield self._shape.batch(page["features"])
            except (pa.ArrowException, TypeError) as fault:
                words = Words(
                    f"值与首页的字段类型不符：{fault}", f"a value is not of the first page's type: {fault}"
                )
                raise Unreadable(Problem(self._transport.say(words))) from fault

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.reader().__arrow_c_stream__(requested_schema)

    @property
    def schema(self) -> pa.Schema:
        """The columns and what is told of them; asks for the first page when none was read yet."""
        return self.reader().schema

    def reader(self) -> pa.RecordBatchReader:
        """The pages as pyarrow reads them, one at a time."""
        if self._shape is not None:
            return pa.RecordBatchReader.from_batches(self._shape.schema, iter(self))
        batches = iter(self)
        first = next(batches)
        return pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))

    def to_arrow(self) -> pa.Table:
        """All of them as one table."""
        return self.reader().read_all()

    def to_geodataframe(self) -> geopandas.GeoDataFrame:
        """All of them with shapely geometry in their CRS, indexed by ``_fid``; needs ``diban[geo]``.

        ``attrs`` has ``layer``, ``source``, ``licence`` and ``version``. Whole numbers stay whole where
        some are missing (pandas' ``Int64``).
        """
        return geodataframe(self.to_arrow(), self._transport.language)

    def _pages(self) -> Iterator[Json]:
        query, left = dict(self._query), self._limit
        while True:
            size = self._page if left is None else min(self._page, left)
            answer = self._transport.ask("GET", self._path, query={**query, "limit": str(max(size, 1))})
            page = self._page_of(answer.content)
            if left is not None:
                page["features"] = page["features"][:left]
                left -= len(page["features"])
            self._fix(page)
            yield page
            # Only what the link says is taken, never its host: the key goes to one address only.
            links = [link["href"] for link in page["links"] if link["rel"] == "next"]
            if not links or left == 0:
                return
            query |= dict(parse_qsl(urlsplit(links[0]).query))

    @property
    def _path(self) -> str:
        return f"/ogc/collections/{self._info.name}/items"

    def _page_of(self, content: bytes) -> Json:
        try:
            return page_of(content, self._info.fields)
        except ValueError as fault:
            words = Words("回应不是 JSON", "the answer is no JSON")
            raise Unreadable(Problem(self._transport.say(words), field="features")) from fault

    def _fix(self, page: Json) -> None:
        """From now on every reading is of this version."""
        if page["version"] is not None:
            self._query.pop("known-at", None)
            self._query["version"] = page["version"]

    def _shape_of(self, page: Json) -> Shape:
        asked = self._query.get("properties")
        told: dict[str, Any] = {name: page[name] or "" for name in ("source", "licence", "version")}
        return shape_of(
            page["features"],
            self._info.fields,
            None if asked is None else asked.split(","),
            self._info.geometry != "none",
            self._query.get("crs", CRS84),
            {"layer": self._info.name, "title": self._info.title, **told},
        )
