"""The community's valid tiles: their geometry, read by another library, becomes the same tokens again."""

import json
from pathlib import Path

import mapbox_vector_tile
import pytest
import shapely

from diban.base.mvt import encode_tile
from tests.base.mvt_tiles import SHENZHEN, batch, degrees, raw

# a point, a line, a polygon, the same with several parts, and four squares around the edge of a tile
VALID = ["017", "018", "019", "020", "021", "022", "053", "054", "055", "056"]


@pytest.mark.parametrize("number", VALID)
def test_a_valid_fixture_is_written_as_it_was(test_data: Path, number: str) -> None:
    folder = test_data / "09_conformance" / "mvt-fixtures" / "fixtures" / number
    content = (folder / "tile.mvt").read_bytes()
    decoded = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    (layer,) = decoded.values()
    geometries = [degrees(shapely.geometry.shape(feature["geometry"])) for feature in layer["features"]]
    tile = encode_tile("fixture", batch(geometries), SHENZHEN, buffer=256)
    (wanted,) = json.loads((folder / "tile.json").read_text())["layers"]
    found = raw(tile).features
    assert [list(feature.geometry) for feature in found] == [f["geometry"] for f in wanted["features"]]
    assert [feature.type for feature in found] == [f["type"] for f in wanted["features"]]
