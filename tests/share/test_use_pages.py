"""The record of use as it is told: whose reads somebody sees, in which sums, and as a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from diban.ground import now
from tests.share.town import Town

ITEMS = "/ogc/collections/buildings/items"


@pytest.fixture
def used_town(own_town: Town) -> Town:
    """Transport read the buildings three times, the clinic once; nobody was refused once."""
    for party, times in (("transport", 3), ("clinic", 1)):
        client = own_town.client(party)
        for _ in range(times):
            client.get(ITEMS)
    own_town.client().get(ITEMS)
    own_town.services.use.flush()
    return own_town


def test_a_provider_sees_who_read_its_data(used_town: Town) -> None:
    told = used_town.browser("housing").read("/api/use", by="party")
    assert told["whole"] is False
    names = {line["title"]["en"]: (line["calls"], line["rows"]) for line in told["lines"]}
    assert names == {"transport": (3, 30), "clinic": (1, 10)}
    assert sum(day["calls"] for day in told["days"]) == 4
    assert told["days"][0]["of"] == told["until"]


def test_a_reader_sees_its_own_reads_alone(used_town: Town) -> None:
    told = used_town.browser("clinic").read("/api/use", by="party")
    assert [(line["title"]["en"], line["calls"]) for line in told["lines"]] == [("clinic", 1)]


def test_who_oversees_sees_all(used_town: Town) -> None:
    told = used_town.browser("bureau").read("/api/use", by="resource")
    assert told["whole"] is True
    assert [(line["calls"], line["refused"]) for line in told["lines"]] == [(4, 0), (0, 1)]
    assert "refused" in told["lines"][1]["title"]["en"]
    slug = used_town.browser("bureau").read("/api/use", by="party", resource="housing")
    assert sum(line["calls"] for line in slug["lines"]) == 4
    party = used_town.parties["clinic"].id
    assert used_town.browser("bureau").read("/api/use", by="block", party=party)["lines"][0]["calls"] == 1


def test_other_days_hold_nothing(used_town: Town) -> None:
    long_ago = (now() - timedelta(days=400)).date().isoformat()
    told = used_town.browser("bureau").read("/api/use", since=long_ago, until=long_ago)
    assert (told["lines"], told["days"]) == ([], [])


def test_so_many_days_end_with_today_in_the_city(used_town: Town) -> None:
    today = now().astimezone(used_town.services.use.zone).date()
    told = used_town.browser("bureau").read("/api/use", days=7)
    assert (told["since"], told["until"]) == ((today - timedelta(days=6)).isoformat(), today.isoformat())
    assert sum(day["calls"] for day in told["days"]) == 4
    older = used_town.browser("bureau").read("/api/use", days=3660, until="2020-01-01")
    assert (older["since"], older["until"], older["days"]) == ("2009-12-25", "2020-01-01", [])


def test_a_file_for_spreadsheets(used_town: Town) -> None:
    answer = used_town.browser("housing").get("/api/use", params={"by": "party", "f": "csv", "lang": "zh"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "use-party-" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["title"], row["calls"], row["refused"]) for row in rows] == [
        ("transport", "3", "0"),
        ("clinic", "1", "0"),
    ]


@pytest.mark.parametrize(
    ("given", "field", "status"),
    [
        ({"by": "moon"}, "by", 400),
        ({"since": "yesterday"}, "since", 400),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "since", 400),
        ({"until": "0001-01-01"}, "since", 400),
        ({"days": "0"}, "days", 400),
        ({"days": "3661"}, "days", 400),
        ({"days": "00012345678901"}, "days", 400),
        ({"days": "a week"}, "days", 400),
        ({"f": "xlsx"}, "f", 400),
        ({"resource": "nothing"}, "resource", 404),
        ({"party": "x" * 100}, "party", 400),
        ({"x": "1"}, "x", 400),
    ],
)
def test_what_does_not_hold_is_said(town: Town, given: dict[str, str], field: str, status: int) -> None:
    assert town.browser("housing").refused("/api/use", status, **given)["field"] == field
