"""The table of what was tried: shown at the end of a run, written where DIBAN_BATTERY_REPORT says."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Trials:
    """Trials of one kind on one engine; a failed one is kept with what makes it happen again."""

    kind: str
    engine: str
    checked: str
    count: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def trial(self, told: str) -> Iterator[None]:
        """One trial; ``told`` says its seed and moment. A failure is noted and the next one goes on."""
        self.count += 1
        begun = time.monotonic()
        try:
            yield
        except Exception as fault:  # noqa: BLE001 - every kind of failure counts; `run` raises in the end
            place = traceback.extract_tb(fault.__traceback__)[-1]
            where = f"{type(fault).__name__} at {Path(place.filename).name}:{place.lineno}"
            why = "" if fault.__cause__ is None else f"\nsince {fault.__cause__!r}"
            self.failures.append(f"{told}: {where}: {str(fault).strip()[:3000]}{why}")
        self.seconds += time.monotonic() - begun


class Figures:
    """All trials of a session."""

    def __init__(self) -> None:
        self.rows: list[Trials] = []

    @contextmanager
    def run(self, kind: str, engine: str, checked: str) -> Iterator[Trials]:
        """Trials of a kind; fails at the end when one of them did."""
        trials = Trials(kind, str(engine), checked)  # plain: it passes between processes
        self.rows.append(trials)
        yield trials
        assert not trials.failures, "\n\n".join(
            [f"{len(trials.failures)} of {trials.count} failed", *trials.failures]
        )

    def as_list(self) -> list[dict[str, object]]:
        """The rows as plain values, as they pass between processes."""
        return [asdict(row) for row in self.rows]

    def take(self, rows: list[dict[str, Any]]) -> None:
        """Add rows of another process."""
        self.rows += [Trials(**row) for row in rows]

    def lines(self) -> list[str]:
        """The table in Markdown."""
        rows: list[tuple[object, ...]] = [("trial", "engine", "trials", "failures", "seconds", "checked")]
        rows.append(("---",) * len(rows[0]))
        for one in self.rows:
            seconds = round(one.seconds)
            rows.append((one.kind, one.engine, one.count, len(one.failures), seconds, one.checked))
        return ["| " + " | ".join(map(str, row)) + " |" for row in rows]

    def write(self, path: Path) -> None:
        """The table as JSON, or as Markdown where the name ends with ``.md``."""
        if path.suffix == ".md":
            path.write_text("\n".join(self.lines()) + "\n", encoding="utf-8")
        else:
            path.write_text(json.dumps(self.as_list(), indent=2) + "\n", encoding="utf-8")
