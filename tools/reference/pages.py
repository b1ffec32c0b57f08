"""Which pages there are."""

from __future__ import annotations

from pathlib import Path

from tools.reference.client import client
from tools.reference.commands import commands
from tools.reference.errors import errors
from tools.reference.findings import finding_codes
from tools.reference.openapi import openapi
from tools.reference.roles import roles
from tools.reference.settings import settings
from tools.reference.states import states

FOLDER = Path("docs/reference")
_MADE = "<!-- Written by `python -m tools.reference`; change the source, not this page. -->"


def pages() -> dict[str, str]:
    """Every page by its file name, as the source gives it now."""
    made = {
        "client.md": client(),
        "commands.md": commands(),
        "errors.md": errors(),
        "settings.md": settings(),
        "finding-codes.md": finding_codes(),
        "states.md": states(),
        "roles.md": roles(),
    }
    written = {name: f"{_MADE}\n\n{text.strip()}\n" for name, text in made.items()}
    return {**written, "openapi.json": f"{openapi()}\n"}
