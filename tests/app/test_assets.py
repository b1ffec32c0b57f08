"""Rasters, documents and photos on the whole road, on both engines: judged, landed, versioned, erased."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from diban.app import answer, ask_to_erase, carry, erase, register
from diban.app.commands import application
from diban.app.journeys.compare import compare
from diban.app.journeys.examine import examine
from diban.app.journeys.land import land
from diban.app.journeys.progress import silent
from diban.governance import Act, Audit, Target, TargetKind, evidence_of
from diban.ground import NOW, Asset, AssetKind, Conflict, Invalid, Moment, Scope, VersionId
from diban.intake import Delivery, DeliveryState
from diban.quality import Report
from diban.store import reading
from tests.app.town import APPROVER, STEWARD, Town, description, founded
from tests.intake.pictures import SHORT, Raster, docx, exif, jpeg, pdf
from tests.postgres import Cluster

RASTER, DOCUMENT, PHOTO = AssetKind.RASTER, AssetKind.DOCUMENT, AssetKind.PHOTO


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town on each engine, which the tests of this module share; each makes layers of its own."""
    home = tmp_path_factory.mktemp(f"assets-{request.param}") / "home"
    if request.param == "embedded":
        with founded(home) as made:
            yield made
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as database, founded(home, database) as made:
        yield made


@pytest.fixture
def slug(request: pytest.FixtureRequest) -> str:
    """A slug of the test's own."""
    name: str = request.node.name.partition("[")[0]
    return name.removeprefix("test_").replace("_", "-")[:60].rstrip("-")


def held(town: Town, delivery: Delivery, moment: Moment = NOW) -> tuple[Asset, Any]:
    """The file that the layer of a delivery holds at a moment, and where it lies."""
    snapshot = town.platform.base.at(delivery.sent.layer, moment, Scope.system("test"))
    ((row,),) = [batch.to_pylist() for batch in snapshot.batches()]
    version = snapshot.version
    assert version is not None
    return Asset.of_row(row), version.extent


def codes(delivery: Delivery) -> dict[str, str]:
    """Findings with their severities."""
    report = Report.from_json(delivery.report or {})
    return {one.code: one.flaw.severity.value for one in report.findings}


def test_a_raster_lands_with_its_facts_hash_and_extent(town: Town, slug: str) -> None:
    content = Raster(width=500, height=400, corner=(500_000, 2_500_000), pixel=2, epsg=4547).made()
    delivery = town.send(town.enter_file(slug, RASTER), content, "地形 2026.tif")
    assert delivery.state is DeliveryState.LANDED
    assert "crs.untold" not in codes(delivery)
    found, extent = held(town, delivery)
    digest = hashlib.sha256(content).hexdigest()
    assert found == Asset(
        kind=RASTER,
        file_name="地形 2026.tif",
        media_type="image/tiff; application=geotiff",
        digest=digest,
        size=len(content),
        width=500,
        height=400,
        bands=1,
        sample_type="uint16",
        source_crs="EPSG:4547",
        pixel_width=2.0,
        pixel_height=2.0,
    )
    assert town.platform.blobs.path(digest).read_bytes() == content
    assert extent.as_list() == pytest.approx([114.0, 22.59060, 114.00973, 22.59782], abs=1e-5)
    with reading(town.platform.database) as connection:
        resource = town.platform.catalogue.by_slug(connection, slug)
        acts = [one.act for one in evidence_of(connection, resource=resource.id)]
        assert resource.layers[0].schema.asset is RASTER
        assert resource.layers[0].extent == extent
        assert {Act.RECEIVED, Act.LANDED} <= set(acts)
        assert Audit.lines(connection, subject=delivery.id)[0].act == "delivery.land"
        feed = town.platform.feed.after(connection, 0, limit=10_000)
        assert any(entry.body.get("version") == delivery.version for entry in feed)


def test_versions_are_kept_and_read_as_of_any_of_them(town: Town, slug: str) -> None:
    town.enter_file(slug, DOCUMENT)
    first = town.send(slug, pdf(3), "a.pdf")
    second = town.send(slug, pdf(4), "b.pdf")
    again = town.send(slug, pdf(4), "b.pdf")
    assert again.state is DeliveryState.LANDED
    assert again.version == second.version != first.version
    assert second.changes is not None
    assert (second.changes["added"], second.changes["changed"], second.changes["removed"]) == (0, 1, 0)
    assert held(town, first, Moment(version=first.version))[0].pages == 3
    assert held(town, first)[0].pages == 4
    assert len(town.platform.base.history(first.sent.layer)) == 2
    repeated = carry(town.platform, second.id, silent)
    assert (repeated.state, repeated.version) == (DeliveryState.LANDED, second.version)


def test_of_two_compared_on_one_version_the_second_is_judged_anew(town: Town, slug: str) -> None:
    town.enter_file(slug, DOCUMENT)
    town.send(slug, b"one\n", "one.txt")
    late = town.send(slug, b"two\n", "two.txt", dry_run=True)
    examined = examine(town.platform, late, silent)
    changes = compare(town.platform, late, examined, silent)
    town.send(slug, b"three\n", "three.txt")
    with pytest.raises(Conflict):
        land(town.platform, late, changes, silent)


def test_a_missing_crs_is_asked_and_an_unknown_one_returned(town: Town, slug: str) -> None:
    town.enter_file(slug, RASTER)
    bare = Raster(width=90, height=90, corner=(500_000, 2_500_000), pixel=2, epsg=None)
    asked = town.send(slug, bare.made(), "bare.tif")
    assert asked.state is DeliveryState.ASKED
    assert asked.question is not None
    assert "EPSG:4547" in [one["crs"] for one in asked.question["candidates"]]
    answer(town.platform, asked.id, "EPSG:4547", town.asker(STEWARD))
    landed = carry(town.platform, asked.id, silent)
    assert landed.state is DeliveryState.LANDED
    assert held(town, landed)[0].source_crs == "EPSG:4547"
    old = town.send(slug, Raster(epsg=2434).made(), "old.tif")
    assert old.state is DeliveryState.RETURNED
    assert codes(old) == {"crs.unsupported": "error"}
    told = town.send(slug, bare.made(), "told.tif", crs="EPSG:4547")
    assert told.state is DeliveryState.LANDED


def test_a_raster_elsewhere_is_returned(town: Town, slug: str) -> None:
    far = town.send(town.enter_file(slug, RASTER), Raster(corner=(10.0, 50.0)).made(), "far.tif")
    assert far.state is DeliveryState.RETURNED
    assert codes(far)["extent.outside"] == "error"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (Raster(more={256: (4, [200_000]), 257: (4, [100_000])}).made(), "raster-bomb"),
        (Raster(following=8).made(), "tiff-loop"),
        (Raster().made()[:-100], "file-cut"),
        (Raster(more={33922: None}).made(), "raster-unplaced"),
        (jpeg(), "asset-other"),
        (b"<VRTDataset/>", "asset-unknown"),
    ],
)
def test_a_harmful_raster_is_returned_with_its_finding(content: bytes, code: str, town: Town) -> None:
    """T-RASTER: nothing is lost, and the next good one lands."""
    slug = f"harmful-{code}"
    town.enter_file(slug, RASTER)
    bad = town.send(slug, content, "bad.tif")
    assert bad.state is DeliveryState.RETURNED
    assert codes(bad) == {code: "error"}
    assert town.platform.blobs.path(bad.sent.digest).read_bytes() == content
    assert town.send(slug, Raster().made(), "good.tif").state is DeliveryState.LANDED


def test_a_photo_lands_where_and_when_it_was_taken(town: Town, slug: str) -> None:
    town.enter_file(slug, PHOTO)
    taken = town.send(slug, jpeg(block=exif((113.95, 22.55), zone="+08:00")), "现场.jpg")
    assert taken.state is DeliveryState.LANDED
    found, extent = held(town, taken)
    assert found.taken_at is not None
    assert found.taken_at.isoformat() == "2026-05-01T01:30:00+00:00"
    assert extent.as_list() == pytest.approx([113.95, 22.55, 113.95, 22.55], abs=1e-6)
    local = town.send(slug, jpeg(block=exif((113.95, 22.55))), "现场2.jpg")
    assert codes(local)["time.local"] == "notice"
    unplaced = town.send(slug, jpeg(block=b""), "无位置.jpg")
    assert unplaced.state is DeliveryState.LANDED
    assert codes(unplaced)["read.photo-unplaced"] == "notice"


def test_a_trial_lands_nothing_and_a_confirmation_keeps_the_version(town: Town, slug: str) -> None:
    town.enter_file(slug, DOCUMENT)
    tried = town.send(slug, docx(7), "plan.docx", dry_run=True)
    assert tried.state is DeliveryState.TRIED
    assert town.platform.base.current(tried.sent.layer) is None
    landed = town.send(slug, docx(7), "plan.docx")
    found, extent = held(town, landed)
    assert (found.pages, extent) == (7, None)
    assert town.platform.base.verify(landed.sent.layer, town.platform.base.history(landed.sent.layer)[0])


def test_an_expunged_file_is_gone_from_every_layer(town: Town, slug: str) -> None:
    town.enter_file(slug, DOCUMENT)
    town.enter_file(f"{slug}-2", DOCUMENT)
    kept = town.send(slug, b"open\n", "open.txt")
    secret = town.send(slug, b"secret\n", "secret.txt")
    same = town.send(f"{slug}-2", b"secret\n", "copy.txt")
    target = Target(TargetKind.DELIVERY, secret.id)
    number = ask_to_erase(town.platform, target, "loaded by mistake", town.asker(APPROVER))
    told = erase(town.platform, number, town.asker("security.admin"))
    assert told.counts == {"rows": 2, "originals": 1, "deliveries": 2}
    assert not town.platform.blobs.holds(secret.sent.digest)
    for layer in (secret.sent.layer, same.sent.layer):
        snapshot = town.platform.base.at(layer, NOW, Scope.system("test"))
        assert sum(batch.num_rows for batch in snapshot.batches()) == 0
    assert held(town, kept, Moment(version=VersionId(str(kept.version))))[0].file_name == "open.txt"
    rows = Target(TargetKind.ROWS, kept.sent.layer, fids=(1,))
    with pytest.raises(Invalid):
        ask_to_erase(town.platform, rows, "loaded by mistake", town.asker(APPROVER))


def test_a_layer_stays_what_it_is(town: Town, slug: str) -> None:
    town.enter_file(slug, DOCUMENT)
    with pytest.raises(Invalid) as raised:
        town.enter_file(slug, PHOTO)
    assert raised.value.field == "layers.asset"
    for wrong in (
        {"asset": "film"},
        {"asset": "photo", "schema": {}},
        {"schema": {"fields": [], "asset": "photo"}},
    ):
        told = description(f"{slug}-x", {})
        told["layers"] = [{"slug": f"{slug}-x", "title": "x", **wrong}]
        with pytest.raises(Invalid):
            register(town.platform, told, town.asker(STEWARD))


def test_the_command_takes_a_resource_of_one_layer(town: Town, slug: str, tmp_path: Path) -> None:
    town.enter_file(slug, RASTER)
    keys = [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4490]
    file = tmp_path / "dem.tif"
    file.write_bytes(Raster(more={34735: (SHORT, keys)}).made())
    runner, home = CliRunner(), ["--home", str(town.platform.settings.home), "--as", STEWARD]
    sent = runner.invoke(application, ["submit", str(file), "--resource", slug, *home, "--json"])
    assert sent.exit_code == 0, sent.output
    neither = runner.invoke(application, ["submit", str(file), *home])
    assert neither.exit_code != 0
