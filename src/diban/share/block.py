"""A service is a building block: routes, conformance and links declared together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from fastapi import APIRouter

from diban.ground import Text
from diban.share.services import Services

Link = dict[str, str]


class Maturity(StrEnum):
    """How far a block may be relied on."""

    STABLE = "stable"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class Block:
    """One service.

    ``router`` makes its routes over the services; ``conformance`` the classes it meets; ``links``
    stand on the landing page, ``of_collection`` answers those of one collection by its address.
    """

    name: str
    title: Text
    router: Callable[[Services], APIRouter]
    conformance: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    of_collection: Callable[[str], list[Link]] = field(default=lambda _address: [])
    maturity: Maturity = Maturity.STABLE


def link(rel: str, href: str, kind: str, title: str = "") -> Link:
    """A link object."""
    made = {"rel": rel, "href": href, "type": kind}
    return {**made, "title": title} if title else made
