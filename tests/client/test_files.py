"""Files as the client takes them: verified, gone on with, under a name that stays in its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from diban.client import Client, Damaged, Missing, Unreachable
from tests.client.city import LOTS, City
from tests.client.way import way_to
from tests.intake.pictures import Raster

FIRST = Raster(width=1500, height=1000, epsg=4547, corner=(500_000, 2_500_000), pixel=1).made()
SECOND = Raster(width=1500, height=1000, epsg=4547, corner=(500_100, 2_500_000), pixel=1).made()


@pytest.fixture(scope="module", autouse=True)
def versions(city: City) -> tuple[str, str]:
    """Two versions of the file, landed."""
    first = city.town.send("aerial", FIRST, "航片一.tif")
    second = city.town.send("aerial", SECOND, "航片二.tif")
    assert first.version is not None
    assert second.version is not None, second.report
    return first.version, second.version


def test_files_of_every_version(public: Client, tmp_path: Path, versions: tuple[str, str]) -> None:
    layer = public.layer("aerial")
    second, first = layer.assets()
    assert (first.version, second.version) == versions
    assert layer.asset is not None
    assert (layer.asset.digest, layer.asset.file_name) == (second.digest, "航片二.tif")
    assert (layer.asset.size, layer.asset.facts["width"]) == (len(SECOND), 1500)
    assert layer.info.holds == "raster"
    taken = layer.download(tmp_path)
    assert (taken, taken.read_bytes()) == (tmp_path / "航片二.tif", SECOND)
    earlier = layer.download(tmp_path / "own.tif", version=first.version)
    assert (earlier, earlier.read_bytes()) == (tmp_path / "own.tif", FIRST)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own.tif", "航片二.tif"]


def test_a_download_that_breaks_off_goes_on(city: City, tmp_path: Path) -> None:
    with way_to(city.url) as way, city.client(address=way.url) as client:
        way.cut_down = [len(SECOND) // 3, len(SECOND) // 3]
        taken = client.layer("aerial").download(tmp_path)
        assert way.broken == 2
    assert taken.read_bytes() == SECOND


def test_the_next_call_goes_on_and_what_is_damaged_is_told(city: City, tmp_path: Path) -> None:
    with way_to(city.url) as way, city.client(address=way.url, attempts=1) as client:
        way.cut_down = [len(SECOND) // 2]
        with pytest.raises(Unreachable):
            client.layer("aerial").download(tmp_path)
        (part,) = tmp_path.iterdir()
        have = part.stat().st_size
        assert 0 < have < len(SECOND)
        way.cut_down = [len(SECOND) - have + 100_000]
        assert client.layer("aerial").download(tmp_path).read_bytes() == SECOND
        assert way.broken == 1, "only the rest was sent"
    part.write_bytes(b"\1" * have)
    with city.client() as client:
        with pytest.raises(Damaged):
            client.layer("aerial").download(tmp_path)
        assert not part.exists()
        assert client.layer("aerial").download(tmp_path).read_bytes() == SECOND


def test_features_are_no_file(client: Client, tmp_path: Path) -> None:
    assert client.layer(LOTS).asset is None
    assert client.layer(LOTS).assets() == ()
    with pytest.raises(Missing):
        client.layer(LOTS).download(tmp_path)
