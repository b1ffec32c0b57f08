"""The acts that are disturbed, and what they do when nobody disturbs them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.reliability.forge import Act
from tests.reliability.installation import SECURITY, Engine, Installation, Stage, Template
from tests.reliability.invariants import check, check_tidy

ENGINES = [Engine.EMBEDDED, pytest.param(Engine.POSTGIS, marks=pytest.mark.postgres)]


@dataclass(frozen=True)
class Kind:
    """An act: from which stage, and how it begins."""

    stage: Stage
    begin: Callable[[Installation, Template], Act]


KINDS = {
    "first load": Kind(Stage.FOUNDED, lambda made, _: made.submit(made.city.first)),
    "update": Kind(Stage.LANDED, lambda made, _: made.submit(made.city.update)),
    "review": Kind(Stage.WAITING, lambda made, template: made.accept(template.waiting)),
}
TIDYING = Kind(Stage.REVISED, lambda made, _: made.forge.call("tidy", str(made.home), made.layer))
ERASING = Kind(
    Stage.ASKED, lambda made, template: made.diban("expunge", "--confirm", template.waiting, "--as", SECURITY)
)


@dataclass(frozen=True)
class Whole:
    """The act when nobody disturbs it: how long it takes, what the layer holds before and after.

    ``counted`` is what was counted of the act alone, before anybody looked at what it did.
    """

    seconds: float
    old: str
    new: str
    counted: int


def undisturbed(
    made: Installation, template: Template, kind: Kind, count: Callable[[], int] = lambda: 0
) -> Whole:
    """Do the act on a copy, and look at what it did."""
    old = template.content
    begun = time.monotonic()
    ended = kind.begin(made, template).wait()
    seconds, counted = time.monotonic() - begun, count()
    assert ended.code == 0, ended
    check_tidy(made)
    return Whole(seconds, old, check(made).content, counted)
