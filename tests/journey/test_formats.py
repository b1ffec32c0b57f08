"""The same lamps in every format that departments send: mapped, judged, landed, or returned with words."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from diban.app import (
    Letter,
    Platform,
    Settings,
    deliver,
    found,
    import_organisation,
    register,
    save_mapping,
    show_mapping,
)
from diban.governance import Asker, Via
from diban.ground import Denied, Extent, new_id
from diban.intake import Delivery, DeliveryState
from diban.store import reading
from tests.intake.shapefiles import named, packed, points_set

SHEET = """机构名称,机构英文名称,机构类别,统一社会信用代码,上级机构,登录名,姓名,英文姓名,角色
交通局,Transport,agency,,,t.steward,甲,A,steward
住房局,Housing,agency,,,h.steward,乙,B,steward
"""
FIELDS = {"code": "text", "state": "text", "height": "decimal", "district": "text"}
MAPPING = {
    "columns": {"code": "编号", "state": "状态", "height": "高度"},
    "constants": {"district": "440305"},
    "codes": {"state": {"完好": "1", "损坏": "2"}},
    "x": "东经",
    "y": "北纬",
}
HEAD = ["编号", "状态", "高度", "东经", "北纬"]
ROWS = [["0071", "完好", "8.5", "114.00", "22.5"], ["0072", "损坏", "12", "114.01", "22.5"]]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """An installation with a layer of lamps and a mapping for them."""
    made, _ = found(
        Settings(tmp_path_factory.mktemp("formats") / "home", "试", "T", Extent(113, 22, 115, 23))
    )
    import_organisation(made, SHEET.encode(), "sheet.csv", asker(made, "system.admin"))
    words = {"zh": "路灯", "en": "lamps"}
    fields = [
        {
            "name": name,
            "kind": kind,
            "title": words,
            **({"digits": 4, "scale": 1} if kind == "decimal" else {}),
        }
        for name, kind in FIELDS.items()
    ]
    schema = {"geometry": "point", "key": "code", "fields": fields}
    entry = dict.fromkeys(("title", "abstract", "licence", "source"), words) | {
        "slug": "lamps", "category": "30100101", "provider": "交通局", "owner": "交通局",
        "format": "database", "cycle": "yearly", "method": "service",
        "sharing": "unconditional", "opening": "open",
        "layers": [{"slug": "lamps", "title": words, "schema": schema}],
    }  # fmt: skip
    register(made, entry, asker(made, "t.steward"))
    return made


def asker(platform: Platform, login: str) -> Asker:
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, login)
        assert account is not None
        return platform.accounts.asker(connection, account.id, Via.COMMAND, new_id("req"))


def send(platform: Platform, content: bytes, key: str) -> Delivery:
    letter = Letter("lamps", key, key, crs="EPSG:4490")
    return deliver(platform, io.BytesIO(content), letter, asker(platform, "t.steward"))


def contents(folder: Path) -> dict[str, bytes]:
    """The two lamps, as files of different programs."""
    text = "\n".join(",".join(row) for row in (HEAD, *ROWS))
    book = openpyxl.Workbook()
    for row in (HEAD, *ROWS):
        book.active.append(row)
    book.save(folder / "lamps.xlsx")
    columns = dict(zip(HEAD, zip(*ROWS, strict=True), strict=True))
    pq.write_table(
        pa.table({name: list(values) for name, values in columns.items()}), folder / "lamps.parquet"
    )
    fields = [("编号", "C", 8, 0), ("状态", "C", 8, 0), ("高度", "N", 6, 2)]
    shapefile = named("路灯", points_set([row[:3] for row in ROWS], fields))
    return {
        "lamps.csv": text.encode("gbk"),
        "lamps.tsv": text.replace(",", "\t").encode("utf-16"),
        "lamps.xlsx": (folder / "lamps.xlsx").read_bytes(),
        "lamps.parquet": (folder / "lamps.parquet").read_bytes(),
        "路灯.zip": packed(folder, shapefile).read_bytes(),
    }


def test_the_same_rows_land_from_every_format(platform: Platform, tmp_path: Path) -> None:
    saved = save_mapping(platform, "lamps", MAPPING, asker(platform, "t.steward"))
    assert show_mapping(platform, "lamps", asker(platform, "t.steward")) == saved
    assert json.loads(json.dumps(saved.as_json()))["number"] == 1
    versions = set()
    for name, content in contents(tmp_path).items():
        mapped = MAPPING
        if name.endswith(".zip"):
            mapped = {key: value for key, value in MAPPING.items() if key not in ("x", "y")}
            save_mapping(platform, "lamps", mapped, asker(platform, "t.steward"))
        landed = send(platform, content, name)
        assert landed.state is DeliveryState.LANDED, (name, landed.report)
        assert landed.sent.mapping == (2 if name.endswith(".zip") else 1)
        versions.add(landed.version)
    # Whatever they came in, they are the same rows: nothing changed after the first.
    assert len(versions) == 1


def test_a_mapping_is_for_those_who_may_deliver(platform: Platform) -> None:
    with pytest.raises(Denied):
        save_mapping(platform, "lamps", MAPPING, asker(platform, "h.steward"))


def test_rows_that_are_lost_return_the_delivery(platform: Platform) -> None:
    save_mapping(platform, "lamps", MAPPING, asker(platform, "t.steward"))
    text = "\n".join(",".join(row) for row in (HEAD, *ROWS, ["0073", "完好"]))
    returned = send(platform, text.encode(), "ragged.csv")
    assert returned.state is DeliveryState.RETURNED
    assert returned.report is not None
    errors = {one["code"]: one["places"] for one in returned.report["findings"] if one["severity"] == "error"}
    assert errors == {"read.rows-ragged": [{"row": 3}]}
