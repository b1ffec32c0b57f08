"""What governance needs from rooms that it does not import; wired in `diban.app`."""

from __future__ import annotations

from typing import Protocol

from diban.governance.target import Target


class Eraser(Protocol):
    """Removes bytes for good: from blobs, from the base with its history, from all that derives from them."""

    def expunge(self, target: Target) -> dict[str, int]:
        """Remove the target everywhere; how much was removed, by name.

        Called again after a crash: what is already gone is not an error. Raises a `Fault` when
        something is left.
        """
