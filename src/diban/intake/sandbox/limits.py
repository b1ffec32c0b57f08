"""How much one upload may cost to read; every number is a stated limit that messages repeat."""

from __future__ import annotations

from dataclasses import asdict, dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one reading. Bytes, seconds or counts, as each name says.

    ``memory`` bounds the child's private writable memory (RLIMIT_DATA), ``silence`` is the longest
    the parent waits for a batch, ``decoded`` the sum of all batches in Arrow form, and of all that is
    unpacked. ``ratio`` is how many times its packed size a file may have, ``members`` how many files an
    archive may hold. ``whole_file`` bounds files that are read whole, ``shared_texts`` the part of a
    spreadsheet that is.
    """

    memory: int = 1 << 30
    cpu_seconds: int = 60
    cpu_seconds_per_10_mb: int = 30
    cpu_seconds_most: int = 3600
    silence: float = 30.0
    decoded: int = 20_000 * MEGABYTE
    columns: int = 1_000
    vertices: int = 10_000_000
    depth: int = 64
    layers: int = 1_000
    ratio: int = 200
    members: int = 10_000
    whole_file: int = 512 * MEGABYTE
    shared_texts: int = 200 * MEGABYTE
    batch_rows: int = 32_768
    batch_bytes: int = 64 * MEGABYTE

    def cpu_for(self, size: int) -> int:
        """Seconds of processor time for a file of ``size`` bytes."""
        wanted = self.cpu_seconds + self.cpu_seconds_per_10_mb * size // (10 * MEGABYTE)
        return min(wanted, self.cpu_seconds_most)

    def rows_per_batch(self, size: int, rows: int | None) -> int:
        """Rows to ask for at once, so that a batch of average rows stays near ``batch_bytes``."""
        if not rows or rows < 0:
            return self.batch_rows
        return max(1, min(self.batch_rows, self.batch_bytes * rows // max(size, 1)))

    def as_json(self) -> dict[str, float]:
        """Names and numbers, as sent to the child."""
        return asdict(self)
