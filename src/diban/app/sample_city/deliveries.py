"""Which file each department delivers, in which form, and what should become of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from diban.app.sample_city.resources import RESOURCE_OF


class Round(StrEnum):
    """When a file is delivered, and as what."""

    FIRST = "first"
    """The first delivery of a layer."""
    OTHER = "other"
    """The same rows in another form, as they might be delivered instead."""
    UPDATE = "update"
    """The layer a month on, all of it."""
    FAULTY = "faulty"
    """The layer a month on with errors planted in it."""


class Verdict(StrEnum):
    """What should become of a delivery."""

    LANDED = "landed"
    RETURNED = "returned"
    ASKED = "asked"
    """A person is asked first: for the CRS, or because much would be removed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One layer in one file, or a file that is kept whole.

    ``rows`` is where its rows come from: a layer's slug, with ``-update`` for a month on; of a file that is
    kept whole, what it is called among those.
    ``crs`` is true, ``declared`` what the file says ("" where it says nothing).
    """

    file: str
    layer: str
    rows: str
    round: Round
    expected: Verdict
    crs: str = "EPSG:4490"
    declared: str = ""
    encoding: str = "utf-8"

    @property
    def resource(self) -> str:
        """The slug of the resource."""
        return RESOURCE_OF[self.layer].slug

    @property
    def whole(self) -> bool:
        """Whether the file is kept whole, as the one row of its layer."""
        return RESOURCE_OF[self.layer].asset is not None

    @property
    def sender(self) -> str:
        """The login of the steward who delivers."""
        accounts = RESOURCE_OF[self.layer].provider.accounts
        return next(login for login, _, role in accounts if role == "steward")

    @property
    def source_layer(self) -> str:
        """What the layer is called inside the file; "" where it needs no name."""
        return self.layer if self.file.endswith(".gpkg") else ""

    def as_json(self) -> dict[str, str]:
        """For the list that lies beside the files."""
        named = ("file", "layer", "source_layer", "resource", "sender", "round", "expected")
        return {name: str(getattr(self, name)) for name in named}


_GAUSS, _WEB = "EPSG:4547", "GCJ-02"


def _first(file: str, layer: str, crs: str = "EPSG:4490") -> Delivery:
    declared = crs if file.endswith(".gpkg") else ""
    return Delivery(file, layer, layer, Round.FIRST, Verdict.LANDED, crs, declared)


def _table(file: str, layer: str, given: Round) -> Delivery:
    return Delivery(file, layer, layer, given, Verdict.LANDED, "")


def _zip(file: str, layer: str, crs: str, *, prj: bool, given: Round = Round.OTHER) -> Delivery:
    verdict = Verdict.LANDED if prj else Verdict.ASKED
    return Delivery(file, layer, layer, given, verdict, crs, crs if prj else "", "gbk")


def _whole(file: str, layer: str, crs: str = "", given: Round = Round.FIRST) -> Delivery:
    rows = layer if given is Round.FIRST else f"{layer}-update"
    return Delivery(file, layer, rows, given, Verdict.LANDED, crs, crs)


def _changed(file: str, layer: str) -> Delivery:
    declared = "EPSG:4490" if file.endswith(".gpkg") else ""
    return Delivery(file, layer, f"{layer}-update", Round.UPDATE, Verdict.LANDED, declared=declared)


def _faulty(file: str, layer: str, rows: str, crs: str = "EPSG:4490", encoding: str = "utf-8") -> Delivery:
    declared = crs if file.endswith((".zip", ".gpkg", ".parquet")) else ""
    return Delivery(file, layer, rows, Round.FAULTY, Verdict.RETURNED, crs, declared, encoding)


DELIVERIES = (
    _first("districts.geojson", "districts"),
    _first("street-offices.geojson", "street-offices"),
    _first("communities.geojson", "communities"),
    *(_first("land-cover.gpkg", layer) for layer in ("sea", "water", "green")),
    _first("roads.gpkg", "roads", _GAUSS),
    _first("parcels.gpkg", "parcels", _GAUSS),
    _first("buildings.gpkg", "buildings"),
    _first("addresses.geojson", "addresses"),
    _first("poi.gpkg", "poi"),
    _table("enterprises.gpkg", "enterprises", Round.FIRST),
    _table("catering.gpkg", "catering", Round.FIRST),
    _whole("terrain.tif", "terrain", _GAUSS),
    _whole("buildings-spec.docx", "buildings-spec"),
    _whole("city-view.jpg", "city-view", "EPSG:4326"),
    _zip("districts.zip", "districts", "EPSG:4490", prj=False),
    _zip("communities.zip", "communities", "EPSG:4490", prj=True),
    _zip("roads.zip", "roads", _GAUSS, prj=False),
    _zip("parcels.zip", "parcels", _GAUSS, prj=True),
    _zip("buildings.zip", "buildings", _GAUSS, prj=False),
    Delivery("addresses.csv", "addresses", "addresses", Round.OTHER, Verdict.ASKED, encoding="gbk"),
    Delivery(
        "addresses.parquet", "addresses", "addresses", Round.OTHER, Verdict.LANDED, declared="EPSG:4490"
    ),
    Delivery("poi.geojson", "poi", "poi", Round.OTHER, Verdict.ASKED, _WEB),
    Delivery("poi.csv", "poi", "poi", Round.OTHER, Verdict.ASKED, _WEB),
    _table("enterprises.xlsx", "enterprises", Round.OTHER),
    _table("catering.csv", "catering", Round.OTHER),
    _changed("buildings-update.gpkg", "buildings"),
    _changed("addresses-update.geojson", "addresses"),
    Delivery("districts-update.geojson", "districts", "districts", Round.UPDATE, Verdict.LANDED),
    _whole("buildings-spec-update.docx", "buildings-spec", given=Round.UPDATE),
    _faulty("buildings-faulty.geojson", "buildings", "buildings-update"),
    _faulty("parcels-faulty.zip", "parcels", "parcels", _GAUSS, "gbk"),
    _faulty("addresses-faulty.csv", "addresses", "addresses-update", encoding="gbk"),
    _faulty("addresses-faulty.xlsx", "addresses", "addresses-update"),
    _faulty("addresses-faulty.parquet", "addresses", "addresses-update"),
    _faulty("poi-faulty.gpkg", "poi", "poi"),
    _faulty("enterprises-faulty.xlsx", "enterprises", "enterprises", ""),
    Delivery(
        *("buildings-removed.gpkg", "buildings", "buildings-update", Round.FAULTY, Verdict.ASKED),
        declared="EPSG:4490",
    ),
    Delivery(
        *("roads-drift.gpkg", "roads", "roads", Round.FAULTY, Verdict.RETURNED),
        declared="EPSG:4490",
    ),
)
