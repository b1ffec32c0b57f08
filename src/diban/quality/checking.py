"""Running rules over features: batch by batch, on several threads, with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

import numpy as np
import numpy.typing as npt

from diban.ground import FeatureSet, Text
from diban.quality.finding import MAX_PLACES, Finding, Flaw, Place, Severity
from diban.quality.listing import Listing
from diban.quality.look import Hits, Look, looks
from diban.quality.report import Report
from diban.quality.rule import Inspection, Rule

Progress = Callable[[int], None]

_THREADS = 2
_WAITING = 3  # batches, so that the threads have work while the next rows are fetched


def check(
    features: FeatureSet,
    rules: Sequence[Rule],
    *,
    progress: Progress | None = None,
    threads: int = _THREADS,
    listing: Listing | None = None,
) -> Report:
    """What the rules find in these features.

    ``listing`` is told every row that has an error or a warning, where a finding names the first.
    ``progress`` is told the number of rows seen so far, from the calling thread. At most five
    batches are held at once: GEOS and numpy work without the interpreter's lock, so that threads
    judge while the caller's reads on. The number of threads never changes the report.
    """
    inspections = [rule.begin() for rule in rules]
    tally = _Tally(listing)
    with closing(_seen(features, inspections, threads)) as seen:
        for look, hits in seen:
            tally.add(look, hits)
            if progress is not None:
                progress(tally.rows)
    for inspection in inspections:
        tally.add(None, inspection.close(features))
    return tally.report(tuple(rule.title for rule in rules))


def _seen(
    features: FeatureSet, inspections: list[Inspection], threads: int
) -> Generator[tuple[Look, list[Hits]], None, None]:
    """Every batch with its hits, in the order of the features."""
    waiting: deque[Future[tuple[Look, list[Hits]]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="quality") as pool:
        for look in looks(features):
            waiting.append(pool.submit(_see, look, inspections))
            if len(waiting) > _WAITING:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _see(look: Look, inspections: list[Inspection]) -> tuple[Look, list[Hits]]:
    return look, [hits for inspection in inspections for hits in inspection.see(look)]


class _Tally:
    """Counts hits by flaw, keeps the first places, and knows which rows have an error."""

    def __init__(self, listing: Listing | None) -> None:
        self.rows = 0
        self._listing = listing
        self._sizes: list[int] = []
        self._counts: dict[Flaw, int] = {}
        self._places: dict[Flaw, list[Place]] = {}
        self._faulty: dict[int, npt.NDArray[np.bool_]] = {}

    def add(self, look: Look | None, found: Iterable[Hits]) -> None:
        if look is not None:
            self.rows += look.batch.num_rows
            self._sizes.append(look.batch.num_rows)
        for hits in found:
            if not len(hits.rows) and not hits.whole:
                continue
            self._counts[hits.flaw] = self._counts.get(hits.flaw, 0) + len(hits.rows)
            if self._listing is not None and hits.flaw.severity is not Severity.NOTICE:
                self._listing.add(hits)
            places = self._places.setdefault(hits.flaw, [])
            places.extend(hits.places[: MAX_PLACES - len(places)])
            if hits.flaw.severity is Severity.ERROR and not hits.whole:
                unmarked = np.zeros(self._sizes[hits.batch], np.bool_)
                self._faulty.setdefault(hits.batch, unmarked)[hits.rows] = True

    def report(self, rules: tuple[Text, ...]) -> Report:
        grave = list(Severity)
        order = sorted(
            self._counts, key=lambda f: (grave.index(f.severity), f.code, f.field or "", f.repairable)
        )
        return Report(
            findings=tuple(Finding(flaw, self._counts[flaw], tuple(self._places[flaw])) for flaw in order),
            rules=rules,
            rows=self.rows,
            faulty_rows=sum(int(marked.sum()) for marked in self._faulty.values()),
        )
