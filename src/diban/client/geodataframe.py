"""Tables of features for geopandas, which is an extra: ``diban[geo]``."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyproj
import shapely

from diban.client.columns import FID, GEOMETRY
from diban.client.errors import Invalid, MissingExtra, Problem
from diban.client.words import Language, Words

if TYPE_CHECKING:
    import geopandas

EXTRA = "diban[geo]"


def geodataframe(table: pa.Table, language: Language) -> geopandas.GeoDataFrame:
    """A table of features with shapely geometry in its CRS, indexed by ``_fid``."""
    if GEOMETRY not in table.schema.names:
        words = Words("该图层没有几何", "this layer has no geometry")
        remedy = Words("用 to_arrow().to_pandas()", "take to_arrow().to_pandas()")
        raise Invalid(Problem(words.of(language), field=GEOMETRY, remedy=remedy.of(language)))
    made, pandas = _extra("geopandas", language).GeoDataFrame, _extra("pandas", language)
    whole = {pa.int64(): pandas.Int64Dtype(), pa.bool_(): pandas.BooleanDtype()}
    frame = table.drop_columns([FID, GEOMETRY]).to_pandas(types_mapper=whole.get)
    frame.index = pandas.Index(table[FID].to_numpy(), name=FID)
    field = table.schema.field(GEOMETRY)
    crs = pyproj.CRS.from_json_dict(json.loads(field.metadata[b"ARROW:extension:metadata"])["crs"])
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy())
    found: geopandas.GeoDataFrame = made(frame, geometry=shapes, crs=crs)
    told = {name.decode(): value.decode() for name, value in table.schema.metadata.items()}
    found.attrs = {name: value for name, value in told.items() if name != "geo"}
    return found


def _extra(name: str, language: Language) -> Any:
    """A package of the extra; `MissingExtra` where it is not installed."""
    try:
        return import_module(name)
    except ImportError as fault:
        words = Words(f"没有安装 {name}", f"{name} is not installed")
        raise MissingExtra(
            Problem(words.of(language), field=name, limit="diban[geo]", remedy=EXTRA)
        ) from fault
