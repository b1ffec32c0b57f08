"""Times without an offset (无时区的时间) are the city's own; which fields had such is told."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


class LocalTimes:
    """Reads local times in one zone. ``counts`` says how many were met, by the field's name."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.counts: dict[str, int] = {}

    def instants(self, field: str, local: pa.Array) -> pa.Array:
        """Timestamps without a zone as instants in UTC, to the microsecond (RFC 5545, 3.3.5).

        A time that the clocks showed twice is its first; one that they passed over counts with the
        offset before, so that 02:30 in a gap from 02:00 to 03:00 is the instant of 03:30.
        """
        met = len(local) - local.null_count
        if met:
            self.counts[field] = self.counts.get(field, 0) + met
        near = pc.assume_timezone(local, self.zone, ambiguous="earliest", nonexistent="earliest")
        offset = pc.subtract(pc.local_timestamp(near), near.cast(pa.timestamp("us", "UTC")).cast(local.type))
        return pc.subtract(local, offset).cast(pa.timestamp("us", "UTC"))
