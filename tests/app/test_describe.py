"""``diban describe``: a draft from a file, which can be registered and takes that very file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from diban.app import describe
from diban.app.commands import application
from diban.intake import Unreadable


def draft_of(path: Path) -> dict[str, dict[str, str]]:
    draft: dict[str, Any] = describe(path, "住房局").draft
    schema = draft["layers"][0]["schema"]
    return {"": {"geometry": schema["geometry"]}} | {one["name"]: one for one in schema["fields"]}


def test_kinds_are_read_off_a_table(tmp_path: Path) -> None:
    path = tmp_path / "lamps.csv"
    path.write_text("code,count,height,long,note\n0071,3,8.5,440305001001,a\n0072,12,9,440305001002,\n")
    found = draft_of(path)
    kinds = {name: one["kind"] for name, one in found.items() if name}
    assert kinds == {"code": "text", "count": "integer", "height": "float", "long": "text", "note": "text"}
    assert found[""]["geometry"] == "none"


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        (["Point"], "point"),
        (["MultiPolygon", "Polygon"], "polygon"),
        (["Point", "LineString"], "any"),
    ],
)
def test_the_kind_of_geometry_is_that_of_all(tmp_path: Path, shapes: list[str], kind: str) -> None:
    ring = [[114, 22.5], [114.1, 22.5], [114.1, 22.6], [114, 22.5]]
    places: dict[str, object] = {
        "Point": [114, 22.5], "LineString": ring, "Polygon": [ring], "MultiPolygon": [[ring]],
    }  # fmt: skip
    features = [
        {"type": "Feature", "properties": {"n": 1}, "geometry": {"type": one, "coordinates": places[one]}}
        for one in shapes
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert draft_of(path)[""]["geometry"] == kind


def test_the_command_writes_a_draft_or_says_what_is_wrong(tmp_path: Path) -> None:
    path, draft = tmp_path / "lamps.csv", tmp_path / "lamps.json"
    path.write_text("code,state\n0071,1\n")
    arguments = ["describe", str(path), "--provider", "住房局", "-o", str(draft)]
    assert CliRunner().invoke(application, arguments).exit_code == 0
    written = json.loads(draft.read_bytes())
    assert (written["slug"], written["provider"]) == ("lamps", "住房局")
    assert CliRunner().invoke(application, [*arguments, "--no-header"]).exit_code == 0
    fields = json.loads(draft.read_bytes())["layers"][0]["schema"]["fields"]
    assert [(one["name"], one["kind"]) for one in fields] == [("column 1", "text"), ("column 2", "text")]
    path.write_bytes(b"\x00\x01 nothing that is known")
    with pytest.raises(Unreadable):
        describe(path, "住房局")
