"""Every page of the portal, with somebody who may see it and something to be seen on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROUTER = Path("portal/src/pages/router.ts")
SETTLING_MS = 60_000

Read = Callable[[str], Any]
"""Reads a JSON document of the server as the one who is signed in."""

STEWARD, REVIEWER = "housing.steward", "planning.bureau"
SYSTEM, AUDITOR = "system.admin", "audit.admin"
APPROVER = "housing.approver"


@dataclass(frozen=True)
class PageSeen:
    """A page: its path in the router, who opens it (None for a citizen), the address for what is there."""

    route: str
    login: str | None = None
    address: Callable[[Read], str] | None = None

    @property
    def name(self) -> str:
        """For the names of files and tests."""
        return re.sub(r"[^a-z]+", "-", self.route.lower()).strip("-") or "home"

    def found(self, read: Read) -> str:
        """The address, with something on it."""
        return self.route if self.address is None else self.address(read)


def settled(page: Page) -> None:
    """Wait until nothing is on its way any more, and maps are drawn."""
    page.wait_for_load_state("networkidle", timeout=SETTLING_MS)
    if page.locator("canvas").count():
        page.wait_for_selector("[data-settled]", timeout=SETTLING_MS)


def routes() -> list[str]:
    """The paths that the router knows, but for the one of what is missing."""
    paths = re.findall(r"path: '([^']+)'", ROUTER.read_text(encoding="utf-8"))
    return [path for path in paths if not path.startswith("/:path")]


def _delivery(suffix: str = "", state: str = "") -> Callable[[Read], str]:
    def address(read: Read) -> str:
        for resource in read("/api/resources")["resources"]:
            for delivery in read(f"/api/resources/{resource['id']}")["deliveries"]:
                if state in ("", delivery["state"]):
                    return f"/deliveries/{delivery['id']}{suffix}"
        raise AssertionError(f"no delivery is {state or 'there'}")

    return address


EVERY_PAGE = (
    PageSeen("/"),
    PageSeen("/catalogue"),
    PageSeen("/resources/:id", address=lambda _read: "/resources/buildings"),
    PageSeen("/map"),
    PageSeen("/deliveries/:id", STEWARD, _delivery(state="returned")),
    PageSeen("/password", STEWARD),
    PageSeen("/deliveries/:id/review", REVIEWER, _delivery("/review", "landed")),
    PageSeen("/deliveries/:id/receipt", STEWARD, _delivery("/receipt", "landed")),
    PageSeen("/layers/:layer/mapping", STEWARD, lambda _read: "/layers/buildings/mapping"),
    PageSeen("/layers/:layer/style", STEWARD, lambda _read: "/layers/buildings/style"),
    PageSeen("/deliver", STEWARD),
    PageSeen("/inbox", STEWARD),
    PageSeen("/provided", STEWARD),
    PageSeen("/keys", STEWARD),
    PageSeen("/people", SYSTEM),
    PageSeen("/parties", SYSTEM),
    PageSeen("/grants", APPROVER),
    PageSeen("/jobs", SYSTEM),
    PageSeen("/condition", SYSTEM),
    PageSeen("/audit", AUDITOR),
    PageSeen("/use", STEWARD),
    PageSeen("/sign-in"),
)
