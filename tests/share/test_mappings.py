"""Mapping a file's columns to a layer's fields by HTTP: seen beside each other, saved, taken, and used."""

from __future__ import annotations

from typing import Any

import pytest

from diban.governance import Role
from tests.share.client import Client
from tests.share.sending import DELIVERIES, submit, uploaded, work
from tests.share.town import Town

SHEET = "编号,内容,城区\n001,甲,福田\n002,乙,福田\n003,丙,南山\n"
AT = "/api/mappings/register"
SAID = {"columns": {"code": "编号", "words": "城区"}, "codes": {"words": {"福田": "440304"}}}


@pytest.fixture
def housing(own_town: Town) -> Client:
    """The housing bureau's steward, signed in."""
    return own_town.browser("housing")


def sent(town: Town, client: Client, **letter: Any) -> str:
    """The address of a delivery of a table to the register."""
    upload = uploaded(client, SHEET.encode(), "登记.csv")
    made = submit(client, upload=upload, layer="register", **letter)
    work(town)
    return f"{DELIVERIES}/{made.json()['id']}"


def put(client: Client, mapping: dict[str, Any], on: int | None = None) -> Any:
    """The answer to a mapping that is to be kept."""
    return client.ask("PUT", AT, json={"mapping": mapping, "on": on})


def test_columns_of_a_file_are_told_with_their_values(own_town: Town, housing: Client) -> None:
    at = sent(own_town, housing)
    told = housing.read(f"{at}/columns")
    assert (told["format"], told["placed"], told["places"]) == ("CSV", False, [])
    assert told["columns"] == [
        {"name": "编号", "sort": "text", "values": ["001", "002", "003"]},
        {"name": "内容", "sort": "text", "values": ["丙", "乙", "甲"]},
        {"name": "城区", "sort": "text", "values": ["福田", "南山"]},
    ]
    planning = own_town.hire("planning", Role.PLANNING_BUREAU)
    planning.refused(f"{at}/columns", 403)
    own_town.browser("clinic").refused(f"{at}/columns", 404)
    assert list(own_town.platform.work.glob("faulty-*")) == []


def test_a_mapping_is_saved_and_used_by_the_next_delivery(own_town: Town, housing: Client) -> None:
    assert housing.read(sent(own_town, housing))["state"] == "returned"
    first = housing.read(AT)
    assert (first["mapping"]["number"], first["versions"], first["key"]) == (0, [], "code")
    assert [field["name"] for field in first["fields"]] == ["code", "words"]
    saved = put(housing, SAID, on=0)
    assert saved.status_code == 200
    assert saved.json()["mapping"]["number"] == 1
    assert put(housing, SAID, on=0).json()["mapping"]["number"] == 1, "the same again is the same version"
    at = sent(own_town, housing, mode="changes")
    assert housing.read(at)["state"] == "landed"
    # Columns are told as they stand in the file, whatever the mapping makes of them.
    assert [one["name"] for one in housing.read(f"{at}/columns")["columns"]] == ["编号", "内容", "城区"]
    (found,) = housing.read("/ogc/collections/register/items", code="002")["features"]
    assert found["properties"] == {"code": "002", "words": "440304"}


def test_a_table_without_a_header_is_told_mapped_and_delivered(own_town: Town, housing: Client) -> None:
    rows = "R1,001\nR2,002\nR3,003\n"

    def delivered(**letter: Any) -> Any:
        upload = uploaded(housing, rows.encode(), "登记.csv")
        made = submit(housing, upload=upload, layer="register", mode="changes", **letter)
        work(own_town)
        return housing.read(f"{DELIVERIES}/{made.json()['id']}")

    told = delivered()
    assert (told["state"], told["header"]) == ("returned", None)
    assert [one["code"] for one in told["findings"]] == ["header.absent"]
    at = f"{DELIVERIES}/{told['id']}/columns"
    assert [one["name"] for one in housing.read(at)["columns"]] == ["R1", "001"]
    shown = housing.read(at, header="false")["columns"]
    assert [(one["name"], one["values"]) for one in shown] == [
        ("column 1", ["R1", "R2", "R3"]), ("column 2", ["001", "002", "003"])
    ]  # fmt: skip
    for wrong in ("0", "False", ""):
        housing.refused(at, 400, header=wrong)

    columns = {"code": "column 1", "words": "column 2"}
    assert put(housing, {"columns": columns, "header": "false"}).status_code == 400
    assert put(housing, {"columns": columns}).json()["mapping"]["header"] is None
    assert delivered()["state"] == "returned"
    told = delivered(header=False)
    assert (told["state"], told["header"], told["change"]["added"]) == ("landed", False, 3)
    assert put(housing, {"columns": columns, "header": False}).json()["mapping"]["header"] is False
    assert delivered()["state"] == "landed"
    assert delivered(header=True)["state"] == "returned", "the word of the delivery counts more"
    assert len(housing.read("/ogc/collections/register/items", code="R1")["features"]) == 1


def test_versions_are_kept_and_taken_as_files(housing: Client) -> None:
    assert put(housing, SAID).status_code == 200
    assert put(housing, {"constants": {"words": "x"}}).json()["mapping"]["number"] == 2
    told = housing.read(AT)
    assert [saved["number"] for saved in told["versions"]] == [2, 1]
    assert housing.read(AT, number=1)["mapping"]["columns"] == SAID["columns"]
    answer = housing.get(f"{AT}/file?number=1")
    assert 'filename="register-mapping-1.json"' in answer.headers["content-disposition"]
    assert put(housing, answer.json()).json()["mapping"]["number"] == 3, "what was taken can be put back"
    housing.refused(AT, 404, number=9)
    housing.refused(AT, 400, number=0)
    housing.refused(AT, 400, number="x")


def test_of_two_that_save_at_once_the_second_is_told(housing: Client) -> None:
    assert put(housing, SAID, on=0).status_code == 200
    late = put(housing, {"constants": {"words": "x"}}, on=0)
    assert (late.status_code, late.json()["limit"]) == (409, 1)


@pytest.mark.parametrize(
    "wrong", [{"columns": {"nothing": "a"}}, {"codes": {"words": ["a"]}}, {"x": "lon"}, {"what": {}}]
)
def test_a_mapping_that_makes_no_sense_is_refused(housing: Client, wrong: dict[str, Any]) -> None:
    assert put(housing, wrong).status_code == 400
    assert housing.read(AT)["mapping"]["number"] == 0


def test_mappings_are_for_those_who_deliver(own_town: Town, housing: Client) -> None:
    for login in ("clinic", "bureau", "archive"):
        client = own_town.browser(login)
        assert client.get(AT).status_code in (403, 404)
        assert put(client, SAID).status_code in (403, 404)
    assert put(own_town.client(), SAID).status_code == 401
    housing.refused("/api/mappings/nothing", 404)
    del housing.headers["X-Diban-Request"]
    assert put(housing, SAID).status_code == 403
