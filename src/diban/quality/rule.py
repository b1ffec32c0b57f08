"""What a rule is to the check: something that begins an inspection, which then sees every batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from diban.ground import FeatureSet, Text
from diban.quality.look import Hits, Look


class Inspection(Protocol):
    """One rule at work on one feature set."""

    def see(self, look: Look) -> Iterable[Hits]:
        """What is wrong in this batch; called from several threads, batches in any order."""

    def close(self, features: FeatureSet) -> Iterable[Hits]:
        """What can only be told when every batch was seen; may read the features again."""


class Rule(Protocol):
    """One thing that is judged. It holds no state: one rule serves any number of checks."""

    @property
    def title(self) -> Text:
        """What it demands, as people would name it."""

    def begin(self) -> Inspection:
        """A new inspection, which has seen nothing yet."""


@dataclass(frozen=True, slots=True)
class RowByRow:
    """The inspection of a rule that can judge each batch by itself; ``told`` is said in any case."""

    find: Callable[[Look], Iterable[Hits]]
    told: tuple[Hits, ...] = ()

    def see(self, look: Look) -> Iterable[Hits]:
        """What is wrong in this batch."""
        return self.find(look)

    def close(self, features: FeatureSet) -> Iterable[Hits]:
        """What is said in any case."""
        return self.told
