"""A file with other columns and words, in a browser: mapped, saved as a version, taken, delivered again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_delivering import deliver
from tests.browser.test_portal import DESK, PHONE, Visit, sign_in, window
from tests.served import Served

STEWARD, LAYER = "planning.steward", "poi"
HEADING = ["编号", "名称", "name_en", "业态", "地址", "城区", "备注", "东", "北"]


def export(visit: Visit, target: Path) -> Path:
    """Three points as another system would write them: its own headings, and titles where codes belong."""
    schema = visit.read(f"/api/mappings/{LAYER}")["fields"]
    titles = {field["name"]: {one["value"]: one["title"]["zh"] for one in field["codes"]} for field in schema}
    with target.open("w", encoding="gbk", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(HEADING)
        for one in visit.read(f"/ogc/collections/{LAYER}/items?limit=3")["features"]:
            row: dict[str, Any] = one["properties"]
            kind, district = (titles[name][row[name]] for name in ("class", "district"))
            values = (row["code"], f"{row['name']}（改）", row["name_en"], kind, row["address"], district)
            sheet.writerow([*values, "", *one["geometry"]["coordinates"]])
    return target


def test_a_steward_maps_columns_and_codes_and_delivers_again(
    chromium: Browser, server: Served, tmp_path: Path
) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, STEWARD, server.password)
        page, file = visit.page, export(visit, tmp_path / "兴趣点.csv")
        query = {"layer": LAYER, "mode": "changes", "crs": "EPSG:4490"}
        deliver(visit, file, **query)
        expect(page.locator("header .badge").first).to_have_text("已退回")
        page.get_by_role("link", name="字段映射").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("兴趣点：字段映射")
        expect(page.get_by_label("“名称”取自哪一列")).to_have_value("c:名称")  # by its title
        expect(page.get_by_text("必填，但没有来源")).to_have_count(3)
        for field, column in (("代码", "编号"), ("兴趣点类别", "业态"), ("所在区", "城区")):
            page.get_by_label(f"“{field}”取自哪一列").select_option(column)
        expect(page.get_by_text("必填，但没有来源")).to_have_count(0)
        for button in page.get_by_role("button", name="按名称填入代码").all():
            button.click()
        page.get_by_label("经度或东坐标的列").select_option("东")
        page.get_by_label("纬度或北坐标的列").select_option("北")
        expect(page.get_by_text("没有用到的列： 备注")).to_be_visible()
        page.get_by_role("button", name="保存为第 1 版").click()
        expect(page.get_by_role("main").get_by_role("status")).to_contain_text("已保存为第 1 版")
        with page.expect_download() as taken:
            page.get_by_role("link", name="下载第 1 版").click()
        taken.value.save_as(tmp_path / "mapping.json")
        kept = json.loads((tmp_path / "mapping.json").read_bytes())
        assert kept["columns"] == {
            "code": "编号", "name": "名称", "class": "业态", "address": "地址", "district": "城区"
        }  # fmt: skip
        assert (kept["number"], kept["x"], kept["y"]) == (1, "东", "北")
        assert set(kept["codes"]) == {"class", "district"}

        again = file.rename(file.with_name("兴趣点-再交.csv"))
        deliver(visit, again, **query)
        expect(page.locator("header .badge").first).to_have_text("已入库")
        told = visit.read(f"/ogc/collections/{LAYER}/items?limit=3")["features"]
        assert [one["properties"]["name"].endswith("（改）") for one in told] == [True] * 3
        assert visit.errors == []


def bare(visit: Visit, target: Path) -> Path:
    """Three points with their codes, and no row above them that says what is what."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        sheet = csv.writer(stream)
        for one in visit.read(f"/ogc/collections/{LAYER}/items?limit=3")["features"]:
            row, place = one["properties"], one["geometry"]["coordinates"]
            name = f"{row['name'].removesuffix('（改）')}（无表头）"
            values = (row[part] for part in ("name_en", "class", "address", "district"))
            sheet.writerow([*place, row["code"], name, *values])
    return target


def test_a_table_without_a_header_is_told_mapped_by_position_and_lands(
    chromium: Browser, server: Served, tmp_path: Path
) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, STEWARD, server.password)
        page, file = visit.page, bare(visit, tmp_path / "无表头.csv")
        query = {"layer": LAYER, "mode": "changes", "crs": "EPSG:4490"}
        deliver(visit, file, **query)
        expect(page.locator(".finding")).to_contain_text("首行像是数据")
        expect(page.locator(".finding")).to_have_count(1)
        page.get_by_role("link", name="字段映射").click()
        first = page.get_by_label("首行", exact=True)
        first.select_option("首行即数据")
        fields = ("代码", "名称", "英文名称", "兴趣点类别", "地址", "所在区")
        code = visit.read(f"/ogc/collections/{LAYER}/items?limit=1")["features"][0]["properties"]["code"]
        expect(page.get_by_label("“代码”取自哪一列")).to_contain_text(f"第 3 列（column 3） · {code}")
        for place, field in enumerate(fields, 3):
            page.get_by_label(f"“{field}”取自哪一列").select_option(f"c:column {place}")
        page.get_by_label("经度或东坐标的列").select_option("column 1")
        page.get_by_label("纬度或北坐标的列").select_option("column 2")
        expect(page.get_by_text("必填，但没有来源")).to_have_count(0)
        page.get_by_role("button", name="保存为第").click()
        expect(page.get_by_role("main").get_by_role("status")).to_contain_text("以后的交付采用")
        page.reload()
        expect(first).to_have_value("false")
        expect(page.locator(".value").first).to_be_visible()
        saved = visit.read(f"/api/mappings/{LAYER}")["mapping"]
        assert (saved["header"], saved["columns"]["code"], saved["x"]) == (False, "column 3", "column 1")

        deliver(visit, file.rename(file.with_name("无表头-再交.csv")), **query)
        expect(page.locator("header .badge").first).to_have_text("已入库")
        told = visit.read(f"/ogc/collections/{LAYER}/items?limit=3")["features"]
        assert [one["properties"]["name"].endswith("（无表头）") for one in told] == [True] * 3

        # Said with a delivery, it counts more than the mapping, and stays in the address.
        visit.open("/deliver", **query)
        page.get_by_label("首行", exact=True).select_option("首行是列名")
        assert "header=true" in page.url
        deliver(visit, file.with_name("无表头-再交.csv"), **query, header="true")
        expect(page.locator("header .badge").first).to_have_text("已退回")
        page.get_by_role("link", name="改好后重新交付").click()
        expect(page.get_by_label("首行", exact=True)).to_have_value("true")
        assert visit.errors == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_fits_a_phone_in_both_languages(chromium: Browser, server: Served, language: str) -> None:
    for visit in window(chromium, server, PHONE):
        sign_in(visit, STEWARD, server.password)
        visit.open(f"/layers/{LAYER}/mapping", lang=language)
        heading = {"zh": "兴趣点：字段映射", "en": "Field mapping of Points of interest"}[language]
        expect(visit.page.get_by_role("heading", level=1)).to_have_text(heading)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
