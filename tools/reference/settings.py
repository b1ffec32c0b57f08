"""The settings of an installation, and the environment variables that commands read."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields

from diban.app import Settings
from diban.ground import Extent
from tools.reference.commands import all_commands
from tools.reference.markdown import code, table
from tools.reference.source import part

_HEAD = """# Settings

One installation has one file, `diban.toml` in its home folder, written by `diban init` with mode 0600.
It is read once, when a command or a serving process starts. An unknown key, and a value of another type,
are refused by name (exit code 65)."""

_MEANING = {
    "title_zh": "the installation's name in Chinese",
    "title_en": "its name in English",
    "area": "the city's box in degrees: west, south, east, north; deliveries are checked against it",
    "database": "`postgresql+psycopg://user@host/name`; empty: the embedded engine in the home folder",
    "zone": "the city's time zone (IANA): days of use, and times of deliveries that have no offset",
    "upload_limit": "the largest file that is received, in bytes",
    "upload_share": "the most bytes of all uploads that one party has under way",
    "upload_space": "the most bytes of all uploads that are under way together",
    "districts": "the slug of the layer of districts, against which the coordinates of deliveries are held",
    "secure_cookies": "`true` behind HTTPS: the session's cookie is then sent over HTTPS only; "
    "an `address` of https implies it",
    "address": "where readers reach the services, `https://city.example`, when a server stands before them: "
    "links in answers begin with it; empty: as each request says",
    "read_seconds": "how long one page of features or one tile may take before it is cut with 503",
    "tile_memory": "the most bytes of drawn tiles that each serving process holds in memory; 0 holds none",
}


def settings() -> str:
    """The page."""
    rows = [
        (code(field.name), _kind(field), _default(field), _MEANING[field.name])
        for field in fields(Settings)
        if field.name != "home"
    ]
    file = part("diban.app.settings", "FILE")
    return "\n\n".join(
        [
            _HEAD,
            f"## {file}",
            table(("key", "type", "default", "meaning"), rows),
            "## Environment",
            table(("variable", "stands for"), _variables()),
        ]
    )


def _kind(field: Field[object]) -> str:
    return {"str": "text", "int": "whole number", "bool": "true or false", "Extent": "four numbers"}[
        str(field.type)
    ]


def _default(field: Field[object]) -> str:
    if field.default is MISSING:
        return "(required)"
    value = field.default
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, Extent):
        return code(value.as_list())
    return code(value) if value != "" else "empty"


def _variables() -> list[tuple[str, str]]:
    """Each variable with the options that it stands for, and the commands that have them."""
    used: dict[str, dict[str, list[str]]] = {}
    for command in all_commands():
        for one in command.parameters:
            if one.variable:
                used.setdefault(one.variable, {}).setdefault(one.name, []).append(command.name)
    total = len(list(all_commands()))
    return [
        (
            code(variable),
            "; ".join(f"`{option}` of {_named(names, total)}" for option, names in sorted(options.items())),
        )
        for variable, options in sorted(used.items())
    ]


def _named(names: list[str], total: int) -> str:
    return "every command" if len(names) == total else ", ".join(code(name) for name in names)
