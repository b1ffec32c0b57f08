"""What the documents say holds: their links, the commands in them, their example, their numbers."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from diban.base import MAX_PAGE
from diban.catalogue import Style, entry_from_json
from diban.governance import REVIEW_POLICY
from diban.intake import Mapping
from diban.quality import MAX_PLACES
from tools.reference.commands import Command, all_commands
from tools.reference.source import part

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
COMMANDS = {tuple(command.name.split()): command for command in all_commands()}
LINK = re.compile(r"\]\(([^)\s]+)\)")
TYPED = re.compile(r"(?:\$ |\$\(|do |/bin/)(diban [^|;>)#&\n]*)")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_page_is_in_the_index() -> None:
    linked = {(DOCS / target).resolve() for target in LINK.findall((DOCS / "index.md").read_text("utf-8"))}
    pages = {path for path in PAGES if path.parent.name in ("docs", "guides", "zh", "reference")}
    assert pages - linked <= {DOCS / "index.md", DOCS / "benchmarks.md", DOCS / "reliability.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    dead = [target for target in LINK.findall(text) if not target.startswith("http") and _dead(page, target)]
    assert dead == []


def _dead(page: Path, target: str) -> bool:
    name, _, anchor = unquote(target).partition("#")
    path = (page.parent / name).resolve() if name else page
    return not path.exists() or (anchor != "" and anchor not in _anchors(path))


def _anchors(page: Path) -> set[str]:
    """Anchors of the headings, as code hosts make them."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_commands_are_written_as_their_help_says(page: Path) -> None:
    wrong = [(line, fault) for line in _typed(page) if (fault := _fault(line))]
    assert wrong == []


def test_commands_are_found_to_be_looked_at() -> None:
    assert sum(1 for page in PAGES for _ in _typed(page)) > 30


def _typed(page: Path) -> Iterator[str]:
    """Calls of ``diban`` in blocks that are typed, without what stands around them."""
    for kind, block in FENCED.findall(page.read_text(encoding="utf-8")):
        if kind not in ("", "console") or page.parent.name == "reference":
            continue
        yield from TYPED.findall(block)


def _fault(line: str) -> str | None:
    """What a command's signature does not know; None when it would be understood."""
    words = shlex.split(line)[1:]
    command = COMMANDS.get(tuple(words[:2])) or COMMANDS.get(tuple(words[:1]))
    if command is None:
        return "no such command"
    given = words[len(command.name.split()) :]
    takes = {one.name: one.takes for one in command.parameters if not one.argument}
    arguments, seen = 0, set()
    while given:
        word = given.pop(0)
        if not word.startswith("-"):
            arguments += 1
        elif word not in takes:
            return f"no option {word}"
        else:
            seen.add(word)
            value = given.pop(0) if takes[word] else ""
            if "|" in takes[word] and value not in takes[word].removesuffix(", repeatable").split(" | "):
                return f"{word} {value}"
    return _lacking(command, arguments, seen)


def _lacking(command: Command, arguments: int, seen: set[str]) -> str | None:
    needed = [one for one in command.parameters if one.argument]
    if not sum(one.required for one in needed) <= arguments <= len(needed):
        return f"{arguments} arguments"
    absent = [
        one.name for one in command.parameters if not one.argument and one.required and not one.variable
    ]
    return ", ".join(name for name in absent if name not in seen) or None


def test_the_example_of_a_resource_can_be_registered() -> None:
    guide = (DOCS / "guides" / "steward.md").read_text(encoding="utf-8")
    (example,) = (block for kind, block in FENCED.findall(guide) if kind == "json")
    entry = entry_from_json(json.loads(example))
    assert entry.layers[0].schema.key == "code"


def test_the_example_of_a_mapping_fits_the_example_of_a_resource() -> None:
    guide = (DOCS / "guides" / "steward.md").read_text(encoding="utf-8")
    (resource,) = (block for kind, block in FENCED.findall(guide) if kind == "json")
    (mapping,) = (block for kind, block in FENCED.findall(guide) if block.startswith('{"columns"'))
    schema = entry_from_json(json.loads(resource)).layers[0].schema
    assert Mapping.from_json(json.loads(mapping), schema).codes["state"] == {"完好": "1", "损坏": "2"}


@pytest.mark.parametrize(("page", "said"), [
    ("guides/developer.md", f"{MAX_PAGE:,} at most"),
    ("guides/developer.md", f"at most {part('diban.base.tiles', 'TILE_FEATURES'):,} features"),
    ("guides/developer.md", f"at most {part('diban.base.tiles', 'TILE_BYTES'):,} bytes"),
    ("guides/developer.md", f"levels 0 to {part('diban.share.ogc.tile_grid', 'MAX_ZOOM')},"),
    ("guides/developer.md", f"{part('diban.share.parameters.limit', 'DEFAULT')} unless said"),
    ("guides/developer.md", f"{part('diban.governance.keys', 'LONGEST').days} at most"),
    ("guides/steward.md", f"up to {MAX_PLACES} of them"),
    ("guides/steward.md", f"more than {REVIEW_POLICY.removed_share:.0%} of".replace("%", " %")),
    ("guides/steward.md", f"up to {part('diban.intake.sandbox.limits', 'Limits')().whole_file // 10**6} MB"),
    ("guides/operator.md", f"{part('diban.app.server', 'GRACE_SECONDS')} s at most"),
    ("guides/operator.md", f"lease of {part('diban.store.jobs', 'LEASE_SECONDS')} s"),
    ("guides/operator.md", f"after {part('diban.governance.sessions', 'IDLE').seconds // 60} minutes"),
])  # fmt: skip
def test_numbers_are_those_of_the_source(page: str, said: str) -> None:
    text = " ".join((DOCS / page).read_text(encoding="utf-8").split())
    assert said in text


def test_the_style_of_the_guide_is_one() -> None:
    text = (DOCS / "guides" / "developer.md").read_text(encoding="utf-8")
    (example,) = [body for kind, body in FENCED.findall(text) if kind == "json" and '"colouring"' in body]
    assert Style.from_json(json.loads(example)).colouring is not None
