"""The first page and administration: each page for whom it is made, in both languages, on desk and phone."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Browser, expect

from tests.browser.test_portal import DESK, Visit, sign_in, window
from tests.served import Served

STEWARD, SYSTEM, AUDITOR = "housing.steward", "system.admin", "audit.admin"


def enter(visit: Visit, server: Served, login: str | None) -> None:
    if login is not None:
        sign_in(visit, login, server.password)


def test_a_key_is_issued_tried_and_revoked(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, STEWARD, server.password)
        page = visit.page
        page.get_by_role("navigation").get_by_role("link", name="密钥").click()
        page.get_by_label("用途").fill("楼栋查询应用")
        page.get_by_role("button", name="签发密钥").click()
        shown = page.get_by_text(re.compile(r"^dbk_[0-9a-z]{26}_[0-9a-f]{64}$"))
        expect(shown).to_be_visible()
        text = shown.inner_text()
        told = httpx.get(f"{visit.url}/api/session", headers={"X-API-Key": text}, trust_env=False)
        assert told.json()["login"] == STEWARD
        page.get_by_role("button", name="已保存").click()
        expect(shown).to_have_count(0)
        row = page.get_by_role("row").filter(has_text="楼栋查询应用")
        row.get_by_role("button", name="撤销").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("不能恢复")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        row.get_by_role("button", name="撤销").click()
        dialog.get_by_role("button", name="撤销").click()
        expect(row).to_have_count(0)
        page.get_by_role("button", name=re.compile("^全部")).click()
        expect(page).to_have_url(re.compile("state=all"))
        expect(row).to_contain_text("已撤销")
        told = httpx.get(f"{visit.url}/api/session", headers={"X-API-Key": text}, trust_env=False)
        assert told.status_code == 401
        assert visit.errors == []


def test_an_account_is_made_found_and_closed(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, SYSTEM, server.password)
        visit.open("/people")
        page = visit.page
        page.get_by_text("新建账号").click()
        page.get_by_label("登录名", exact=True).fill("zhao.liu")
        page.get_by_label("姓名", exact=True).fill("赵六")
        page.get_by_label("机构", exact=True).select_option(index=1)
        page.get_by_label("角色", exact=True).select_option("spatial_centre")
        page.get_by_role("button", name="建立").click()
        expect(page.get_by_text("初始密码只显示这一次").or_(page.get_by_role("alert"))).to_be_visible()
        visit.open("/people", q="system.admin")
        row = page.get_by_role("row").filter(has_text="system.admin")
        expect(row).to_be_visible()
        expect(row.get_by_role("button", name="停用")).to_have_count(0)  # nobody closes their own account
        assert visit.errors == []


def test_the_chain_is_proved_and_lines_are_narrowed(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, AUDITOR, server.password)
        visit.open("/audit", lang="en")
        page = visit.page
        page.get_by_role("button", name="Verify the chain").click()
        expect(page.get_by_text(re.compile(r"The chain is whole: [\d,]+ lines"))).to_be_visible()
        page.get_by_label("Act", exact=True).fill("delivery")
        page.get_by_role("search", name="Audit").get_by_role("button").click()
        expect(page).to_have_url(re.compile("act=delivery"))
        expect(page.get_by_role("row").nth(1)).to_contain_text("delivery.")
        with page.expect_download() as taken:
            page.get_by_role("link", name="Export CSV").click()
        assert taken.value.path().read_text("utf-8-sig").startswith("position,at,actor")
        assert visit.errors == []


def test_a_job_of_a_layer_names_its_resource_beside_the_id(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, SYSTEM, server.password)
        jobs = visit.read("/api/jobs?limit=50")["jobs"]
        job = next(one for one in jobs if one["kind"]["value"] == "base.overview" and one["layer"])
        for language, kind in (("zh", "制作概览"), ("en", "make an overview")):
            visit.open("/jobs", lang=language)
            row = visit.page.get_by_role("row").filter(has_text=job["subject"]).first
            expect(row).to_contain_text(re.compile(kind, re.IGNORECASE))
            link = row.get_by_role("link", name=job["layer"]["resource_title"][language], exact=True)
            expect(link).to_have_attribute("href", re.compile(f"^/resources/{job['layer']['resource']}"))
        assert visit.errors == []


def test_what_a_role_may_not_use_is_not_shown(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        visit.open("/keys")
        expect(visit.page.get_by_role("main").get_by_role("link", name="登录")).to_be_visible()
        sign_in(visit, AUDITOR, server.password)
        bar = visit.page.get_by_role("navigation", name="主导航")
        bar.get_by_role("link", name="管理").click()
        expect(visit.page.get_by_role("heading", name="审计", level=1)).to_be_visible()
        expect(visit.page).to_have_url(re.compile("/audit$"))
        expect(visit.page.get_by_role("link", name="授权", exact=True)).to_be_visible()
        for hidden in ("人员", "机构", "任务", "密钥"):
            expect(visit.page.get_by_role("link", name=hidden, exact=True)).to_have_count(0)
        visit.open("/people")
        expect(visit.page.get_by_role("alert")).to_contain_text("无权管理账号")


def test_the_first_page_tells_what_waits_and_leads_to_the_map(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, STEWARD, server.password)
        visit.open("/")
        page = visit.page
        waits = page.get_by_role("region", name="待办").get_by_role("link")
        expect(waits.first).to_be_visible()
        expect(page.get_by_role("region", name="最近更新").get_by_role("link").nth(1)).to_be_visible()
        page.get_by_role("main").get_by_role("link", name="打开地图").click()
        expect(page).to_have_url(re.compile("/map"))
        assert visit.strangers == []


def test_a_grant_is_given_within_limits_found_and_withdrawn(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, "housing.approver", server.password)
        visit.open("/resources/buildings")
        page = visit.page
        page.get_by_role("link", name="谁能看到（授权）").click()
        expect(page).to_have_url(re.compile("/grants.*resource=buildings"))
        expect(page.get_by_role("heading", name=re.compile("的授权"))).to_be_visible()
        page.get_by_text("新增授权").first.click()
        layer = page.get_by_label("图层", exact=True)
        layer.select_option("buildings")
        page.get_by_label("授予", exact=True).select_option(index=2)
        page.get_by_label("用途", exact=True).fill("年度图集")
        page.get_by_label("依据", exact=True).fill("申请 7 号")
        page.get_by_label("有效至（含当日）").fill("2999-12-30")
        page.get_by_text("限制", exact=True).click()
        page.get_by_label("全部信息项（含以后增加的）").uncheck()
        page.get_by_label(re.compile("name$")).select_option("ends")
        page.get_by_role("button", name="添加条件").click()
        page.get_by_label("关系").select_option("<=")
        page.get_by_label("信息项", exact=True).select_option("floors")
        page.get_by_label("值", exact=True).fill("6")
        page.get_by_role("button", name="新增授权").click()
        expect(page.get_by_role("status").filter(has_text="已授权")).to_be_visible()
        row = page.get_by_role("row").filter(has_text="年度图集")
        expect(row).to_contain_text("≤ 6")
        expect(row).to_contain_text("只显示首尾字符")
        expect(row).to_contain_text("2999年12月30日")
        row.get_by_role("button", name="撤销").click()
        dialog = page.get_by_role("dialog")
        sure = dialog.get_by_role("button", name="撤销")
        expect(sure).to_be_disabled()
        dialog.get_by_label("理由").fill("图集已印")
        sure.click()
        expect(row).to_contain_text("图集已印")
        expect(row.get_by_role("button", name="撤销")).to_have_count(0)
        assert visit.errors == []


def test_where_nothing_is_granted_the_page_says_who_sees_it(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, "security.admin", server.password)
        page = visit.page
        page.goto(f"{visit.url}/parties")
        page.get_by_role("row").filter(has_text="住房").first.get_by_role("cell").nth(4).get_by_role(
            "link"
        ).click()
        expect(page).to_have_url(re.compile("/grants.*party="))
        expect(page.get_by_text("没有授权。")).to_be_visible()
        expect(page.get_by_text("这个机构只能看到自己提供的")).to_be_visible()
        expect(page.get_by_text("新增授权")).to_have_count(0)


def test_a_party_that_is_no_more_is_closed_and_opened_again(chromium: Browser, server: Served) -> None:
    for visit in window(chromium, server, DESK):
        sign_in(visit, SYSTEM, server.password)
        visit.open("/parties")
        page = visit.page
        page.get_by_text("登记机构").click()
        page.get_by_label("中文名称").fill("旧城改造办公室")
        page.get_by_label("英文名称").fill("Office of renewal")
        page.get_by_label("类别").select_option("agency")
        page.get_by_role("button", name="登记", exact=True).click()
        row = page.get_by_role("row").filter(has_text="旧城改造办公室")
        row.get_by_role("button", name="注销").click()
        dialog = page.get_by_role("dialog")
        sure = dialog.get_by_role("button", name="注销")
        expect(sure).to_be_disabled()
        dialog.get_by_label("理由").fill("机构改革 12 号")
        sure.click()
        expect(row).to_contain_text("机构改革 12 号")
        expect(row.get_by_text("已注销")).to_be_visible()
        row.get_by_role("button", name="恢复").click()
        dialog.get_by_role("button", name="恢复").click()
        expect(row.get_by_text("已注销")).to_have_count(0)
        assert visit.errors == []
        housing = page.get_by_role("row").filter(has_text="住房和建设局")
        housing.get_by_role("button", name="注销").click()
        dialog.get_by_label("理由").fill("试")
        sure.click()
        expect(dialog.get_by_role("alert")).to_contain_text("diban transfer")
        expect(dialog.get_by_role("alert")).to_contain_text("buildings")
