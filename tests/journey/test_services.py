"""Every service of the served demonstration answers, and what happened on the road is on record."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import httpx
import pytest

from diban.app import ask_everything, build, read_settings, seal_once
from diban.governance import Act, evidence_of, use_of, verify
from diban.ground import now
from diban.intake import DeliveryState
from diban.store import reading
from tests.served import Served


def test_every_service_answers(demo: Served) -> None:
    asked = list(ask_everything(demo.url, "housing.steward", demo.built.returned.id))
    assert [one.what.en for one in asked if not one.right] == []
    assert len(asked) >= 22


def test_a_faulty_file_is_returned_and_an_update_lands(demo: Served) -> None:
    assert demo.built.returned.state is DeliveryState.RETURNED
    assert demo.built.updated.state is DeliveryState.LANDED
    changes = demo.built.updated.changes
    assert changes is not None
    assert min(changes["added"], changes["changed"], changes["removed"]) > 0


def test_what_landed_is_what_is_stored(demo: Served) -> None:
    platform = build(read_settings(demo.home))
    try:
        layer = demo.built.updated.sent.layer
        history = platform.base.history(layer)
        assert len(history) == 2
        assert all(platform.base.verify(layer, version) for version in history)
    finally:
        platform.close()


def test_the_audit_is_whole_and_evidence_was_kept(demo: Served) -> None:
    platform = build(read_settings(demo.home))
    try:
        while seal_once(platform):
            pass
        head = platform.heads.read()
        with reading(platform.database) as connection:
            assert verify(connection, head, platform.signer.public).whole
            acts = [one.act for one in evidence_of(connection)]
        assert acts.count(Act.LANDED) == 19
        assert acts.count(Act.RETURNED) == 1
        assert acts.count(Act.PUBLISHED) == 12
    finally:
        platform.close()


def test_a_trial_by_command_says_what_would_be(demo: Served) -> None:
    file = demo.home / "sample" / "buildings-faulty.geojson"
    command = [sys.executable, "-m", "diban.app.main", "submit", str(file), "--layer", "buildings"]
    command += ["--as", "housing.steward", "--home", str(demo.home), "--dry-run", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["state"], told["dry_run"], told["version"]) == (1, "tried", True, None)
    assert set(told) == {"id", "state", "dry_run", "version", "question", "changes", "report"}
    report = {"passed", "score", "rows", "faulty_rows", "repairs", "rules", "findings"}
    assert set(told["report"]) == report | {"dimensions", "delivered", "listing"}


def test_reads_are_counted_across_processes(demo: Served) -> None:
    platform = build(read_settings(demo.home))
    today = now().astimezone(platform.settings.timezone).date()

    def counted() -> int:
        with reading(platform.database) as connection:
            roads = platform.catalogue.by_slug(connection, "roads").id
            return sum(day.calls for day in use_of(connection, today, today, resource=roads))

    try:
        before = counted()
        with httpx.Client(base_url=demo.url, trust_env=False) as client:
            for _ in range(40):  # fresh connections reach both processes
                assert client.get(
                    "/ogc/collections/roads/items?limit=1", headers={"Connection": "close"}
                ).is_success
        deadline = now().timestamp() + 5
        while counted() < before + 40 and now().timestamp() < deadline:
            pass
        assert counted() == before + 40
    finally:
        platform.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_names_field_limit_and_remedy(demo: Served, language: str) -> None:
    answer = httpx.get(
        f"{demo.url}/ogc/collections/buildings/items?limit=none",
        headers={"Accept-Language": language},
        trust_env=False,
    )
    body = answer.json()
    assert answer.status_code == 400
    assert body["field"] == "limit"
    assert {"limit", "remedy", "detail", "request_id"} <= set(body)


def test_measures_are_those_of_all_processes(demo: Served) -> None:
    counted = re.compile(r'^diban_requests_total\{block="tiles",status="404"\} (\S+)$', re.MULTILINE)

    def told() -> float:
        found = counted.findall(httpx.get(f"{demo.url}/metrics", trust_env=False).text)
        return float(found[0]) if found else 0.0

    time.sleep(1.5)  # what was asked before has been written by every process
    before = told()
    for _ in range(40):  # each on a connection of its own, so that both processes answer some
        httpx.get(f"{demo.url}/ogc/collections/none/tiles", trust_env=False)
    until = time.monotonic() + 20
    while (looks := {told() - before for _ in range(8)}) != {40} and time.monotonic() < until:
        time.sleep(0.2)
    assert looks == {40}, "each process soon tells the sum of both"
