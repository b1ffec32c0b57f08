"""One layer: what is told of it, its features, tiles and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import quote

from diban.client.coordinates import CrsName, crs_uri
from diban.client.download import download
from diban.client.errors import ClientError, Invalid, Missing, Problem, Unreadable
from diban.client.features import PAGE, Features
from diban.client.query import Value, moment, selection
from diban.client.resource import Asset, Field, LayerInfo, asset_of, resource_of
from diban.client.transport import Transport
from diban.client.words import Words

GRID = "WebMercatorQuad"


class Layer:
    """A layer of a published resource; made by `Client.layer`, which asks nothing yet.

    What is told of it is asked once and kept; `refresh` forgets it. `Missing` or `Denied`, where the
    key's party may not read the layer, come with the first question.
    """

    def __init__(self, transport: Transport, name: str) -> None:
        self.name = name
        self._transport, self._here = transport, f"/ogc/collections/{quote(name, safe='')}"
        self._known: tuple[dict[str, Any], LayerInfo, dict[str, Any]] | None = None

    def __repr__(self) -> str:
        return f"Layer({self.name!r})"

    def refresh(self) -> None:
        """Forget what was told, so that the next question is asked anew."""
        self._known = None

    @property
    def info(self) -> LayerInfo:
        """Rows, extent, version, fields: all that the catalogue tells of it."""
        return self._told[1]

    @property
    def title(self) -> str:
        """Its title in the client's language."""
        return self.info.title

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its declared fields; those that are not granted are not in answers."""
        return self.info.fields

    @property
    def source(self) -> str:
        """Whom to name with what you publish."""
        return str(self._told[0]["source"])

    @property
    def licence(self) -> str:
        """Under what it may be used."""
        return str(self._told[0]["licence"])

    @property
    def version(self) -> str | None:
        """The id of the version that is current; None before the first landing."""
        return self.info.version

    @property
    def crs(self) -> tuple[str, ...]:
        """The CRS that features can be asked for in, by their OGC names."""
        return tuple(self._told[0]["crs"])

    @property
    def resource(self) -> str:
        """The slug of the resource that it belongs to."""
        return str(self._told[2]["slug"])

    def features(
        self,
        *,
        bbox: Sequence[float] | None = None,
        bbox_crs: CrsName | None = None,
        where: Mapping[str, Value] | None = None,
        valid: str | date | None = None,
        properties: Sequence[str] | None = None,
        sortby: str | Sequence[str] | None = None,
        crs: CrsName | None = None,
        version: str | None = None,
        known_at: str | datetime | None = None,
        limit: int | None = None,
        page: int = PAGE,
    ) -> Features:
        """Its features: nothing is asked before they are read.

        ``bbox`` is west, south, east, north, x before y also where ``bbox_crs`` (degrees unless said) has
        them the other way; ``where`` fields and their exact values; ``valid`` an instant or ``start/end``
        at which they hold in the world; ``sortby`` up to 4 fields, ``-`` before one: descending; ``crs``
        one of `crs` (longitude and latitude unless said); ``version`` or ``known_at`` an earlier version;
        ``limit`` features in all; ``page`` features per request, 10,000 at most; take fewer where one is
        cut for taking too long (`Unavailable` with the field ``read_seconds``).
        """
        if limit is not None and limit < 0:
            words = Words("limit 不能为负", "limit is not negative")
            raise Invalid(Problem(self._transport.say(words), field="limit", limit="0…"))
        query = selection(bbox, bbox_crs, where, valid) | moment(version, known_at)
        if properties is not None:
            query["properties"] = ",".join(properties)
        if sortby is not None:
            query["sortby"] = sortby if isinstance(sortby, str) else ",".join(sortby)
        if crs is not None:
            query["crs"] = crs_uri(crs)
        return Features(self._transport, self.info, query, limit, page)

    def feature(
        self,
        fid: int,
        *,
        crs: CrsName | None = None,
        version: str | None = None,
        known_at: str | datetime | None = None,
    ) -> dict[str, Any]:
        """One feature as GeoJSON, coordinates in the register's order of axes; `Missing` for none."""
        query = moment(version, known_at) | ({} if crs is None else {"crs": crs_uri(crs)})
        found: dict[str, Any] = self._transport.json(f"{self._here}/items/{fid}", query)
        return found

    def count(
        self,
        *,
        bbox: Sequence[float] | None = None,
        bbox_crs: CrsName | None = None,
        where: Mapping[str, Value] | None = None,
        valid: str | date | None = None,
        version: str | None = None,
        known_at: str | datetime | None = None,
    ) -> int:
        """How many features there are, exactly; the parameters are those of `features`."""
        query = selection(bbox, bbox_crs, where, valid) | moment(version, known_at) | {"limit": "1"}
        return int(self._transport.json(f"{self._here}/items", query)["numberMatched"])

    def tile(self, z: int, x: int, y: int, *, version: str | None = None) -> bytes | None:
        """A Mapbox vector tile of the usual web map's grid; None where there is nothing in it."""
        path = f"{self._here}/tiles/{GRID}/{z}/{y}/{x}"
        answer = self._transport.ask("GET", path, query=moment(version, None))
        return None if answer.status_code == 204 else answer.content

    def tilejson(self) -> dict[str, Any]:
        """Levels, fields, extent and attribution of its tiles, as map libraries read them."""
        found: dict[str, Any] = self._transport.json(f"{self._here}/tiles/{GRID}", {"f": "tilejson"})
        return found

    @property
    def asset(self) -> Asset | None:
        """The file that it holds; None for features, and where it may not be taken whole."""
        return self.info.asset

    def assets(self) -> tuple[Asset, ...]:
        """The files of its versions, newest first."""
        lines = [line for line in self._told[2]["versions"] if line["layer"] == self.name and line["asset"]]
        return tuple(asset_of(line["asset"], line["id"]) for line in lines)

    def download(
        self,
        target: str | PathLike[str] = ".",
        *,
        version: str | None = None,
        known_at: str | datetime | None = None,
    ) -> Path:
        """Take the file: into a folder under its own name, or to a path; the path that it has now.

        Its SHA-256 is verified before it has that name (`Damaged`). What came of a broken connection
        is kept beside it, and gone on with: by this call, or by the next one.
        """
        path = f"/api/assets/{quote(self.name, safe='')}"
        return download(self._transport, path, moment(version, known_at), Path(target))

    @property
    def _told(self) -> tuple[dict[str, Any], LayerInfo, dict[str, Any]]:
        """What the collection says, what the catalogue says of the layer, and of its resource."""
        if self._known is None:
            collection = self._transport.json(self._here)
            entries = [link["href"] for link in collection["links"] if link["rel"] == "describedby"]
            if not entries:
                raise self._fault(Unreadable, Words("平台版本过旧", "the platform is older than this client"))
            document = self._transport.json(f"/api/resources/{entries[0].rpartition('/')[2]}")
            layers = resource_of(document, self._transport.language).layers
            info = next((one for one in layers if one.name == self.name), None)
            if info is None:
                raise self._fault(Missing, Words("目录中没有该图层", "the catalogue has no such layer"))
            self._known = collection, info, document
        return self._known

    def _fault(self, kind: type[ClientError], words: Words) -> ClientError:
        return kind(Problem(f"{self.name}: {self._transport.say(words)}", field="layer"))
