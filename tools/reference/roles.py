"""Which role may do what, on whose things; asked of `Asker`, which is what every act asks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import diban.app
from diban.catalogue import Move
from diban.governance import Asker, PartyKind, Permission, Role, Via
from diban.ground import AccountId, Fault, PartyId
from tools.reference.markdown import code, table
from tools.reference.source import part

_HEAD = """# Roles

An account holds roles, and its party is of a kind that may hold them. Reading data is not here: that is a
[grant](../guides/reviewer.md#grants)."""

_MATRIX = """## Permissions

○ on things of the account's own party and those below it · ● on everyone's. **key**: also with an API key.
**asked for**: where the code asks for it; a permission without an entry opens nothing in this version."""

_OWN, _ALL = "○", "●"
_PARTY = PartyId("party")
_PACKAGE = Path(str(diban.app.__file__)).parents[1]


def roles() -> str:
    """The page."""
    matrix = [_row(permission) for permission in Permission]
    kinds = [(code(kind.value), kind.words.zh, kind.words.en) for kind in PartyKind]
    return "\n\n".join(
        [
            _HEAD,
            table(("role", "中文", "English", "held in parties of kind"), [_of(role) for role in Role]),
            "The three administrators (三员) hold one role only.",
            _MATRIX,
            table(("permission", *(role.words.zh for role in Role), "key", "asked for"), matrix),
            "## Kinds of parties (机构类别)",
            table(("kind", "中文", "English"), kinds),
        ]
    )


def holders(move: Move) -> list[Role]:
    """The roles that may make a move of a resource that their own party provides or, if so, anyone's."""
    may_move = part("diban.governance", "may_move")
    found = []
    for role in Role:
        try:
            may_move(_asker(role), move, _PARTY)
        except Fault:
            continue
        found.append(role)
    return found


def _asker(role: Role, via: Via = Via.SESSION) -> Asker:
    return Asker(AccountId("account"), _PARTY, frozenset({role}), frozenset({_PARTY}), via, "request")


def _of(role: Role) -> tuple[str, ...]:
    return (code(role.value), role.words.zh, role.words.en, ", ".join(_kinds(role)))


def _kinds(role: Role) -> list[str]:
    check_roles = part("diban.governance.roles", "check_roles")
    found = []
    for kind in PartyKind:
        try:
            check_roles(frozenset({role}), kind)
        except Fault:
            continue
        found.append(code(kind.value))
    return found


def _row(permission: Permission) -> tuple[str, ...]:
    own = {role: _asker(role).allowed(permission, _PARTY) for role in Role}
    every = {role: _asker(role).allowed(permission, PartyId("another")) for role in Role}
    by_key = any(_asker(role, Via.KEY).allowed(permission, _PARTY) for role in Role)
    return (
        f"{permission.words.zh} {permission.words.en} {code(permission.value)}",
        *(_ALL if every[role] else _OWN if own[role] else "" for role in Role),
        "key" if by_key else "",
        ", ".join(code(place) for place in _asked(permission)),
    )


def _asked(permission: Permission) -> list[str]:
    """Modules that name the permission, and the hands of moves, through which publishing asks."""
    hands = part("diban.governance.roles", "PERMISSION_OF")
    places = [f"moves by {hand.value}" for hand, needed in hands.items() if needed is permission]
    named = re.compile(rf"\bPermission\.{permission.name}\b")
    return [*places, *(place for place, text in _sources().items() if named.search(text))]


@cache
def _sources() -> dict[str, str]:
    """The package's modules by their paths, with their text."""
    return {
        str(path.relative_to(_PACKAGE).with_suffix("")): path.read_text(encoding="utf-8")
        for path in sorted(_PACKAGE.rglob("*.py"))
    }
