"""One process speaks for all: counts of the living and of the dead are added, each once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from diban.ground import StorageFull, Text
from diban.share import Measures, forget_measures
from diban.share.http.metrics import exposition, measure
from tests.share.client import Client
from tests.share.town import Town

COUNTING = """
import sys
from pathlib import Path
from diban.share.http.metrics import Measures, measure
measures = Measures(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    measure("features", 200, 0.003)
measure(sys.argv[3], 404, 7.0)
measures.write()
print("written", flush=True)
sys.stdin.read()
"""


@contextmanager
def counting(folder: Path, times: int, block: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has counted so often and lives on."""
    command = [sys.executable, "-c", COUNTING, str(folder), str(times), block]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        yield process
        process.kill()


def value(text: str, name: str, **labels: str) -> float:
    """The value of one line of the text format; 0 where there is none."""
    held = ",".join(f'{key}="{word}"' for key, word in labels.items())
    found = re.findall(rf"^{re.escape(name)}\{{{re.escape(held)}\}} (\S+)$", text, re.MULTILINE)
    assert len(found) < 2
    return float(found[0]) if found else 0.0


def counts(folder: Path | None) -> tuple[float, float, float, float]:
    text = exposition(folder).decode()
    return (
        value(text, "diban_requests_total", block="features", status="200"),
        value(text, "diban_request_seconds_count", block="features"),
        value(text, "diban_request_seconds_bucket", block="features", le="0.005"),
        value(text, "diban_requests_total", block="made-up", status="404"),
    )


def test_two_processes_and_a_dead_one(tmp_path: Path) -> None:
    own = counts(None)
    with counting(tmp_path, 3, "made-up"), counting(tmp_path, 4, "tiles") as other:
        assert [now - before for now, before in zip(counts(tmp_path), own, strict=True)] == [7, 7, 7, 1]
        other.kill()
        other.wait()
        measure("features", 200, 1.0)
        assert [now - before for now, before in zip(counts(tmp_path), own, strict=True)] == [8, 8, 7, 1]
        forget_measures(tmp_path)  # a server that starts: the living stay
        assert [now - before for now, before in zip(counts(tmp_path), own, strict=True)] == [4, 4, 3, 1]
    forget_measures(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_ones_own_counts_are_not_added_twice(tmp_path: Path) -> None:
    measures = Measures(tmp_path)
    measures.start()
    measure("features", 200, 0.1)
    measures.stop()
    assert len(list(tmp_path.iterdir())) == 1
    assert counts(tmp_path) == counts(None)


def test_a_full_disk_harms_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measures = Measures(tmp_path)
    measures.write()

    def full(*_: object) -> None:
        raise StorageFull(Text(zh="满", en="full"))

    monkeypatch.setattr("diban.share.http.metrics.os.replace", full)
    measures.write()
    assert counts(tmp_path) == counts(None)


def test_the_page_adds_what_others_wrote(own_town: Town, tmp_path: Path) -> None:
    object.__setattr__(own_town.services, "measures", tmp_path)
    client: Client = own_town.client()
    before = value(client.get("/metrics").text, "diban_requests_total", block="made-up", status="404")
    with counting(tmp_path, 1, "made-up"):
        after = value(client.get("/metrics").text, "diban_requests_total", block="made-up", status="404")
    assert after - before == 1
