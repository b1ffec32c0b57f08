"""Names as they come in and lie in blocks: feature number, text, and the box of what bears it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLOCK_NAMES = 64

Boxes = npt.NDArray[np.float64]
Fids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Names:
    """A batch of names: ``fids`` (n,), ``texts`` as shown, ``boxes`` (n, 4) in degrees, NaN for none."""

    fids: Fids
    texts: list[str]
    boxes: Boxes

    def __len__(self) -> int:
        return len(self.texts)

    def some(self, kept: npt.NDArray[np.generic]) -> Names:
        """The names at these places, or where a mask is true."""
        chosen = np.flatnonzero(kept) if kept.dtype == np.bool_ else kept
        return Names(self.fids[chosen], [self.texts[place] for place in chosen.tolist()], self.boxes[chosen])

    @classmethod
    def joined(cls, parts: list[Names]) -> Names:
        """All names of several batches, in turn."""
        return cls(
            np.concatenate([np.empty(0, np.int64), *(part.fids for part in parts)]),
            [text for part in parts for text in part.texts],
            np.concatenate([np.empty((0, 4)), *(part.boxes for part in parts)]),
        )


def placeless(count: int) -> Boxes:
    """Boxes of so many names that have no place."""
    return np.full((count, 4), np.nan)


def write_block(texts: list[str]) -> bytes:
    """A block of names as bytes, a line each."""
    return "\n".join(texts).encode("utf-8", "surrogatepass")


def read_block(data: bytes) -> list[str]:
    """Read `write_block` back."""
    return data.decode("utf-8", "surrogatepass").split("\n")
