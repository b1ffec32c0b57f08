"""T-XSS: hostile words in every place, in a real browser over every page: nothing runs, nothing is asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from diban.intake import DeliveryState
from tests.app.town import APPROVER, STEWARD
from tests.browser.every_page import routes
from tests.browser.hostile import (
    ATTACK,
    AUDITOR,
    CANARY,
    FIELD,
    PAPER,
    PASSWORD,
    SLUG,
    SOUTH,
    SYSTEM,
    WEST,
    Hostile,
    served,
)
from tests.browser.test_portal import DESK, SETTLED, SETTLING_MS, Visit, sign_in, window

NOTE_VIOLATIONS = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.__violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
AT = f"{WEST + 4e-4:.6f},{SOUTH + 4e-4:.6f},18"
ASKED = quote(ATTACK, safe="")
GUARD = {"X-Diban-Request": "1"}
OFFICE = {
    "/keys": STEWARD,
    "/people": SYSTEM,
    "/parties": SYSTEM,
    "/grants": APPROVER,
    "/jobs": SYSTEM,
    "/condition": SYSTEM,
    "/audit": AUDITOR,
}
"""The pages of administration, and who opens them."""
NAMED = {"/keys", "/people", "/parties", "/grants", "/audit"}
"""Those of them on which words stand that somebody chose."""
READ = {"/", "/catalogue", "/resources/:id", "/map", "/layers/:layer/style", "/layers/:layer/mapping"}
WORKED_ON = {"/deliveries/:id", "/deliveries/:id/receipt", "/deliveries/:id/review"}
PLACES = ("/inbox", "/provided", "/use", "/deliver", "/password", "/sign-in")
"""What stewards and approvers open beside deliveries."""
MOST_PAGES = 80
"""Pages of the services that are walked through."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    with served(tmp_path_factory.mktemp("hostile") / "home") as found:
        yield found


@pytest.fixture
def visit(chromium: Browser, hostile: Hostile) -> Iterator[Visit]:
    """A window that notes what was run, asked for or refused in it."""
    for visit in window(chromium, hostile, DESK):
        visit.context.add_init_script(NOTE_VIOLATIONS)
        visit.page.on("dialog", partial(_note, visit))
        yield visit


def _note(visit: Visit, shown: Dialog) -> None:
    visit.errors.append(f"a dialog: {shown.message}")
    shown.dismiss()


def unhurt(visit: Visit, where: str) -> None:
    """Nothing was run, nobody was asked, no rule of the page's policy was met."""
    visit.page.wait_for_timeout(150)
    met = visit.page.evaluate("[window.__x ?? null, window.__violations]")
    assert met == [None, []], f"{where}: {met}"
    assert visit.strangers == [], f"{where}: {visit.strangers}"
    assert not [told for told in visit.errors if "dialog" in told or "Content Security" in told], visit.errors


def told(page: Page) -> str:
    """All that stands on the page."""
    return str(page.evaluate("document.body.innerText"))


def look(visit: Visit, path: str, awaited: str = "") -> None:
    """Open a page of the portal, wait for what must stand on it word for word, and see that nothing ran."""
    visit.page.goto(visit.url + path)
    visit.page.wait_for_load_state("networkidle")
    if awaited:
        expect(visit.page.locator("body")).to_contain_text(awaited, use_inner_text=False)
    unhurt(visit, path)


def test_whoever_reads_the_portal_is_unhurt(visit: Visit) -> None:
    look(visit, "/", ATTACK)
    look(visit, "/catalogue", ATTACK)
    look(visit, f"/catalogue?q={ASKED}")
    look(visit, f"/resources/{SLUG}", ATTACK)
    look(visit, f"/resources/{PAPER}", ATTACK)
    look(visit, f"/{ASKED}")
    look(visit, f"/resources/{ASKED}")
    visit.page.keyboard.press("/")
    visit.page.keyboard.type(ATTACK[:40])
    unhurt(visit, "the box of the search")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_map_its_legend_and_what_was_clicked(visit: Visit, language: str) -> None:
    style = {
        "colouring": {
            "by": "value",
            "field": FIELD,
            "values": [{"value": ATTACK, "colour": "#d55e00", "title": {"zh": ATTACK, "en": ATTACK}}],
        },
        "label": {"field": FIELD},
    }
    sign_in(visit, STEWARD, PASSWORD)
    body = {"style": style, "why": ATTACK}
    kept = visit.page.request.put(f"{visit.url}/api/styles/{SLUG}", data=body, headers=GUARD)
    assert kept.ok, kept.text()
    visit.open("/map", at=AT, layers=SLUG, lang=language)
    visit.page.wait_for_selector(SETTLED, timeout=SETTLING_MS)
    visit.page.locator("canvas").click()
    answer = visit.page.get_by_role("region", name="查询结果" if language == "zh" else "At this place")
    expect(answer).to_contain_text(ATTACK)
    unhurt(visit, "what was clicked")
    assert ATTACK in told(visit.page)
    look(visit, f"/layers/{SLUG}/style", ATTACK)
    look(visit, f"/layers/{SLUG}/mapping")


@pytest.mark.parametrize("login", [STEWARD, APPROVER])
def test_whoever_works_on_a_delivery_is_unhurt(visit: Visit, hostile: Hostile, login: str) -> None:
    sign_in(visit, login, PASSWORD)
    for delivery in (hostile.landed, hostile.returned, hostile.refused[0]):
        look(visit, f"/deliveries/{delivery.id}", delivery.sent.file_name if login == STEWARD else "")
        look(visit, f"/deliveries/{delivery.id}/receipt")
        look(visit, f"/deliveries/{delivery.id}/review")
    for path in (*PLACES, f"/resources/{SLUG}"):
        look(visit, path)


def test_no_page_is_left_out() -> None:
    assert {*READ, *WORKED_ON, *PLACES, *OFFICE} == set(routes())


@pytest.mark.parametrize("path", OFFICE)
def test_whoever_administers_is_unhurt(visit: Visit, path: str) -> None:
    login = OFFICE[path]
    sign_in(visit, login, PASSWORD)
    if path == "/keys":
        key = {"purpose": ATTACK, "days": 30}
        issued = visit.page.request.post(f"{visit.url}/api/keys", data=key, headers=GUARD)
        assert issued.status == 201, issued.text()
    look(visit, path, ATTACK if path in NAMED else "")
    look(visit, f"{path}?q={ASKED}&actor={ASKED}&act={ASKED}&subject={ASKED}&state={ASKED}")


def test_a_printed_receipt_is_unhurt(visit: Visit, hostile: Hostile) -> None:
    sign_in(visit, STEWARD, PASSWORD)
    visit.page.emulate_media(media="print")
    look(visit, f"/deliveries/{hostile.returned.id}/receipt", hostile.returned.sent.file_name)


def test_every_page_of_the_services(visit: Visit) -> None:
    """All pages that can be reached from the first, each as a person sees it."""
    root = f"{visit.url}/ogc"
    waiting, seen = [f"{root}?f=html", f"{root}/collections/{SLUG}/items/1?f=html"], set[str]()
    met = ""
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = visit.page.goto(address)
        assert answer is not None
        if "text/html" not in answer.headers["content-type"]:
            continue
        unhurt(visit, address)
        met += told(visit.page)
        waiting += _pages(visit.page, root)
    assert len(seen) > 15, seen
    assert ATTACK in met
    assert FIELD in met


def _pages(page: Page, root: str) -> list[str]:
    links: list[str] = page.evaluate("[...document.links].map((link) => link.href)")
    parts = [urlsplit(link) for link in links if link.startswith(root)]
    files = ("/download", ".mvt")
    wanted = [one for one in parts if not one.path.endswith(files) and "/tiles/" not in one.path]
    return [f"{root[: -len('/ogc')]}{one.path}?{_as_page(one.query)}" for one in wanted]


def _as_page(query: str) -> str:
    kept = [part for part in query.split("&") if part and not part.startswith("f=")]
    return "&".join([*kept, "f=html"])


def test_files_are_kept_from_the_browser(visit: Visit, hostile: Hostile) -> None:
    """What could run is refused; what was taken is a download of a harmless type, whatever it holds."""
    taken_in = [one.version for one in hostile.refused if one.state is not DeliveryState.RETURNED]
    for query in ("", *(f"?version={version}" for version in taken_in)):
        answer = visit.page.request.get(f"{visit.url}/api/assets/{PAPER}{query}")
        assert answer.ok, answer.text()
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "\n" not in answer.headers["content-disposition"]
    visit.page.goto(f"{visit.url}/")
    with visit.page.expect_download() as taken:
        visit.page.evaluate(f"location.href = '/api/assets/{PAPER}'")
    assert taken.value.url.endswith(f"/api/assets/{PAPER}")
    unhurt(visit, "a file")


def test_pictures_and_documents_of_the_services(visit: Visit) -> None:
    """A legend as a picture is no page: opened by itself, it runs nothing and asks nobody."""
    for path in ("legend?f=svg", "styles/current", "styles/current/legend?f=svg", "schema", "items?f=json"):
        answer = visit.page.goto(f"{visit.url}/ogc/collections/{SLUG}/{path}")
        assert answer is not None
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert visit.page.evaluate("window.__x ?? null") is None
    assert visit.strangers == []


@pytest.mark.parametrize(
    ("login", "path"), [(STEWARD, "/api/use?by=resource"), (AUDITOR, "/api/audit?limit=1000")]
)
def test_a_sheet_runs_no_formula(visit: Visit, login: str, path: str) -> None:
    sign_in(visit, login, PASSWORD)
    sheet = visit.page.request.get(f"{visit.url}{path}&f=csv")
    assert sheet.ok, sheet.text()
    assert CANARY not in sheet.headers.get("content-disposition", "")
    cells = [cell for row in csv.reader(io.StringIO(sheet.text())) for cell in row]
    assert len(cells) > 10
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
