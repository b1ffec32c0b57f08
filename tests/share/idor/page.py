"""The rules as a page: ``python -m tests.share.idor.page`` writes it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.share.idor.askers import SORTS
from tests.share.idor.changes import CHANGES
from tests.share.idor.rules import READ

PAGE = Path(__file__).parents[3] / "docs" / "who-may-what.md"
_HEAD = """<!-- Written by `python -m tests.share.idor.page` from the rules of the tests; change those. -->

# Who may what, route by route

What each sort of asker is answered: on GET and HEAD of every route, and on every act. The object is one that
an agency provides, sends or uploads (the owner). **●** answered with what is planted in the object,
**○** answered without it, a number: refused with that status, whatever entity tag or version is given.
404 where the asker may not know of the object, 403 where they may. The routes are those of the
[OpenAPI document](reference/openapi.json); permissions of roles are in [roles](reference/roles.md)."""


def written() -> str:
    """The page."""
    reads = [
        (f"`{route}`", *(_read(rule.statuses[sort], rule.sees(sort)) for sort in SORTS))
        for route, rule in READ.items()
    ]
    acts = [
        (f"{method} `{route}`", *(_done(change.statuses[sort]) for sort in SORTS))
        for (method, route), change in CHANGES.items()
    ]
    lines = [
        _HEAD,
        _table(("asker", "who"), SORTS.items()),
        "## Read",
        _table(("route", *SORTS), reads),
        "## Changed",
        _table(("act", *SORTS), acts),
    ]
    return "\n\n".join(lines) + "\n"


def _read(status: int, sees: bool) -> str:
    return str(status) if status >= 400 else "●" if sees else "○"


def _done(status: int) -> str:
    return str(status) if status >= 400 else "●"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(head)
    lines = [heads, ["---"] * len(heads), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Write the page."""
    PAGE.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
