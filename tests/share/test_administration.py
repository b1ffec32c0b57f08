"""People, parties, jobs, audit and condition over HTTP: each by its own administrator, and by no other."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from diban.app import transfer
from diban.governance import Asker, Audit, Role, Via
from diban.ground import Conflict, Denied, Invalid, Missing
from diban.intake import Delivery
from diban.store import reading, unit
from tests.share.client import Client
from tests.share.town import PASSWORD, Town

ITEMS = "/ogc/collections/buildings/items"
NEW = {"name": "王伟", "name_en": "Wang Wei", "party": "housing", "roles": ["steward"]}


class Three:
    """The three administrators (三员), signed in."""

    def __init__(self, town: Town) -> None:
        bureau = town.parties["bureau"].id
        self.system = town.hire("root.system", Role.SYSTEM_ADMIN, bureau)
        self.security = town.hire("root.security", Role.SECURITY_ADMIN, bureau)
        self.audit = town.hire("root.audit", Role.AUDIT_ADMIN, bureau)


@pytest.fixture
def three(own_town: Town) -> Three:
    return Three(own_town)


def done(client: Client, method: str, path: str, status: int = 200, **body: Any) -> Any:
    answer = client.ask(method, path, json=body)
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    return answer.json()


def noted(town: Town, act: str) -> list[str]:
    with reading(town.services.database) as connection:
        return [line.subject for line in Audit.lines(connection, act=act)]


def test_each_administrator_reads_its_own_pages_alone(three: Three) -> None:
    pages = ("/api/people", "/api/parties", "/api/jobs", "/api/audit")
    found = {
        name: [client.get(page).status_code for page in pages]
        for name, client in (("system", three.system), ("security", three.security), ("audit", three.audit))
    }
    assert found == {
        "system": [200, 200, 200, 403],
        "security": [200, 200, 403, 403],
        "audit": [403, 403, 403, 200],
    }


def test_an_account_is_made_once_and_its_password_told_once(own_town: Town, three: Three) -> None:
    made = done(three.system, "PUT", "/api/people/wang.wei", 201, **NEW)
    assert (made["state"], made["party"]["name"]["en"], made["roles"][0]["value"]) == (
        "initial",
        "housing",
        "steward",
    )
    assert done(three.system, "PUT", "/api/people/wang.wei", 200, **NEW)["password"] is None
    other = {**NEW, "roles": ["approver"]}
    assert done(three.system, "PUT", "/api/people/wang.wei", 409, **other)["field"] == "login"
    person = own_town.client()
    person.headers["X-Diban-Request"] = "1"
    typed = {"login": "wang.wei", "password": made["password"]}
    assert done(person, "POST", "/api/session", **typed)["must_change"] is True
    assert noted(own_town, "account.add") == [made["id"]]


def test_administrators_are_made_by_the_security_administrator(own_town: Town, three: Three) -> None:
    bureau = {**NEW, "party": "bureau", "roles": ["audit_admin"]}
    assert done(three.system, "PUT", "/api/people/second.audit", 403, **bureau)["field"] == "assign_roles"
    done(three.system, "PUT", "/api/people/second.audit", 201, **{**bureau, "roles": ["data_bureau"]})
    path = "/api/people/second.audit/roles"
    assert done(three.system, "PUT", path, 403, roles=["audit_admin"])["field"] == "assign_roles"
    given = done(three.security, "PUT", path, roles=["audit_admin"])
    assert [role["value"] for role in given["roles"]] == ["audit_admin"]
    done(three.security, "PUT", path, roles=["audit_admin"])
    assert noted(own_town, "account.roles") == [given["id"]]
    assert done(three.security, "PUT", path, 400, roles=["audit_admin", "data_bureau"])["field"] == "roles"


def test_a_closed_account_is_out_with_its_keys(own_town: Town, three: Three) -> None:
    steward, program = own_town.browser("transport"), own_town.client("transport")
    assert done(three.system, "PUT", "/api/people/transport/access", open=False)["state"] == "closed"
    assert steward.get("/api/inbox").status_code == 401
    assert program.get("/api/inbox").status_code == 401
    done(three.system, "PUT", "/api/people/transport/access", open=False)
    assert done(three.system, "PUT", "/api/people/transport/access", open=True)["state"] == "open"
    assert program.get("/api/inbox").status_code == 200
    assert steward.get("/api/inbox").status_code == 401
    assert len(noted(own_town, "account.close")) == 1
    own = done(three.system, "PUT", "/api/people/root.system/access", 409, open=False)
    assert own["detail"] == "nobody closes their own account"


def test_a_fresh_password_ends_the_sessions(own_town: Town, three: Three) -> None:
    steward = own_town.browser("transport")
    told = done(three.system, "POST", "/api/people/transport/password")
    assert (told["state"], len(told["password"]) >= 12) == ("initial", True)
    assert steward.get("/api/inbox").status_code == 401
    assert done(three.security, "POST", "/api/people/transport/password", 403)["field"] == "manage_accounts"


def test_people_are_found_by_text_and_state_page_by_page(three: Three) -> None:
    first = three.system.read("/api/people", limit=2)
    second = three.system.read("/api/people", limit=2, after=first["next"])
    logins = [one["login"] for one in first["people"] + second["people"]]
    assert (logins == sorted(logins), len(set(logins)), first["total"] >= 10) == (True, 4, True)
    found = three.system.read("/api/people", q="TRANSPORT", limit=50)["people"]
    assert [one["login"] for one in found] == ["transport"]
    assert three.system.read("/api/people", state="initial", limit=50)["people"][0]["login"] == "office"


def test_a_party_is_registered_once_and_renamed(own_town: Town, three: Three) -> None:
    above = own_town.parties["transport"].id
    wanted = {"zh": "公交处", "en": "Bus office", "kind": "agency", "parent": above}
    made = done(three.system, "POST", "/api/parties", 201, **wanted)
    assert done(three.system, "POST", "/api/parties", 200, **wanted)["id"] == made["id"]
    done(three.system, "POST", "/api/parties", 409, **{**wanted, "kind": "district"})
    renamed = done(three.system, "PUT", f"/api/parties/{made['id']}/name", zh="公交局", en="Bus bureau")
    assert [one["name"]["zh"] for one in renamed["names"]] == ["公交处", "公交局"]
    again = done(three.system, "PUT", f"/api/parties/{made['id']}/name", zh="公交局", en="Bus bureau")
    assert again == renamed
    assert noted(own_town, "party") == [made["id"], made["id"]]
    taken = done(three.system, "PUT", f"/api/parties/{made['id']}/name", 409, zh="transport", en="x")
    assert taken["field"] == "name"
    lines = {one["id"]: one for one in three.security.read("/api/parties")["parties"]}
    assert (lines[made["id"]]["parent"], lines[above]["people"]) == (above, 1)
    assert done(three.security, "POST", "/api/parties", 403, **wanted)["field"] == "manage_accounts"
    three.system.refused("/api/parties/party_none", 404)


def test_a_closed_party_acts_no_longer_and_its_past_stays(own_town: Town, three: Three) -> None:
    town, clinic = own_town, own_town.parties["clinic"].id
    steward, program = town.browser("clinic"), town.client("clinic")
    assert program.get(ITEMS).status_code == steward.get(ITEMS).status_code == 200
    path = f"/api/parties/{clinic}/standing"
    assert done(three.system, "PUT", path, 400, open=False, why=" ")["field"] == "why"
    told = done(three.system, "PUT", path, open=False, why="order 12 of 2026")
    assert (told["closed_why"], told["closed_at"] is not None) == ("order 12 of 2026", True)
    assert done(three.system, "PUT", path, open=False, why="another") == told
    assert program.get(ITEMS).status_code == steward.get(ITEMS).status_code == 401
    person = town.client()
    person.headers["X-Diban-Request"] = "1"
    signing = {"login": "clinic", "password": PASSWORD}
    done(person, "POST", "/api/session", 401, **signing)
    people = three.system.read("/api/people", q="clinic")["people"]
    assert [one["state"] for one in people] == ["party_closed"]
    (listed,) = [one for one in three.system.read("/api/parties")["parties"] if one["id"] == clinic]
    assert (listed["closed_why"], listed["name"]["en"]) == ("order 12 of 2026", "clinic")
    approver = town.hire("approver", Role.APPROVER, town.parties["housing"].id)
    wanted = {"party": clinic, "layer": "permits", "purpose": "tests", "basis": "tests"}
    refused = done(approver, "POST", "/api/grants", 409, **wanted)
    assert (refused["field"], "diban party open" in refused["remedy"]) == ("party", True)
    choices = approver.read("/api/grants/choices")["parties"]
    assert clinic not in [one["id"] for one in choices]
    (held,) = approver.read("/api/grants", party=clinic)["grants"]
    assert (held["party_closed"], held["state"]["value"]) == (True, "valid")
    new = {**NEW, "party": "clinic"}
    assert done(three.system, "PUT", "/api/people/wang.wei", 409, **new)["field"] == "party"
    below = {"zh": "站", "en": "Station", "kind": "agency", "parent": clinic}
    assert done(three.system, "POST", "/api/parties", 409, **below)["field"] == "parent"
    opened = done(three.system, "PUT", path, open=True)
    assert (opened["closed_at"], opened["closed_why"]) == (None, None)
    assert (program.get(ITEMS).status_code, steward.get(ITEMS).status_code) == (200, 401)
    done(person, "POST", "/api/session", 200, **signing)
    assert (noted(town, "party.close"), noted(town, "party.open")) == ([clinic], [clinic])


def test_who_stands_below_a_closed_party_loses_what_was_granted_to_it(own_town: Town, three: Three) -> None:
    office = own_town.client("office")
    assert office.get(ITEMS).status_code == 200, "granted to transport, above it"
    transport = own_town.parties["transport"].id
    done(three.system, "PUT", f"/api/parties/{transport}/standing", open=False, why="tests")
    assert office.get(ITEMS).status_code == 403
    assert office.get("/ogc/collections/register/items").status_code == 200, "granted to everybody"


def test_who_is_responsible_for_resources_is_not_closed(own_town: Town, three: Three) -> None:
    housing, school = own_town.parties["housing"].id, own_town.parties["school"].id
    path = f"/api/parties/{housing}/standing"
    refused = done(three.system, "PUT", path, 409, open=False, why="tests")
    assert refused["field"] == "resources"
    assert all(slug in refused["detail"] for slug in ("housing", "papers", "vault", "plans"))
    assert "diban transfer" in refused["remedy"]
    assert own_town.browser("housing").get("/api/inbox").status_code == 200
    for slug in ("housing", "papers", "vault", "plans"):
        transfer(own_town.platform, slug, "school", "order 12", asker_of(own_town, "bureau"))
    done(three.system, "PUT", path, open=False, why="tests")
    told = own_town.browser("school").read("/api/resources/housing")
    assert (told["provider"]["id"], told["owner"]["id"]) == (school, school)
    assert own_town.browser("school").get(ITEMS).status_code == 200
    assert own_town.client("transport").get(ITEMS).status_code == 200, "its grants stay"


def test_ones_own_party_and_everybody_are_not_closed(own_town: Town, three: Three) -> None:
    for name in ("bureau", "public"):
        path = f"/api/parties/{own_town.parties[name].id}/standing"
        assert done(three.system, "PUT", path, 409, open=False, why="tests")["field"] == "party"
    done(three.security, "PUT", path, 403, open=False, why="tests")
    done(three.system, "PUT", "/api/parties/party_none/standing", 404, open=False, why="tests")


def test_a_transfer_is_the_citys_act_and_waits_for_deliveries(own_town: Town, delivered: Delivery) -> None:
    platform, bureau = own_town.platform, asker_of(own_town, "bureau")
    with pytest.raises(Denied):
        transfer(platform, "papers", "school", "tests", asker_of(own_town, "housing"))
    with pytest.raises(Conflict) as met:
        transfer(platform, "housing", "school", "tests", bureau)
    assert met.value.limit == delivered.id
    with pytest.raises(Invalid):
        transfer(platform, "papers", "school", " ", bureau)
    with pytest.raises(Missing):
        transfer(platform, "papers", "nobody here", "tests", bureau)
    revision = transfer(platform, "papers", "school", "tests", bureau).revision
    assert transfer(platform, "papers", "school", "tests", bureau).revision == revision
    with reading(own_town.services.database) as connection:
        found = own_town.services.catalogue.by_slug(connection, "papers")
        steps = own_town.services.catalogue.history(connection, found.id)
    assert (steps[-1].why, steps[-1].before) == ("tests", steps[-1].after)
    assert noted(own_town, "resource.transfer") == [found.id]


def asker_of(town: Town, login: str) -> Asker:
    with reading(town.services.database) as connection:
        account = town.account(login).id
        return town.services.accounts.asker(connection, account, Via.COMMAND, "req_test")


def failed_job(town: Town, fault: str, kind: str = "delivery.proceed") -> str:
    with unit(town.services.database) as act:
        made = town.platform.jobs.enqueue(act, kind, f"{kind}:{fault}", {"delivery": "del_1"})
        town.platform.jobs.log(act, made, "began")
        values = {"state": "failed", "fault": fault, "attempts": 5}
        act.connection.execute(
            sa.text("UPDATE job SET state=:state, fault=:fault, attempts=:attempts WHERE id=:id"),
            {**values, "id": made},
        )
    return str(made)


def test_a_job_is_retried_and_stopped(own_town: Town, three: Three) -> None:
    job = failed_job(own_town, "Missing: no such layer")
    listed = three.system.read("/api/jobs", state="failed")
    (line,) = [one for one in listed["jobs"] if one["id"] == job]
    assert line["fault"] == {"kind": "Missing", "words": "no such layer"}
    assert (line["subject"], line["kind"]["title"]["en"]) == ("del_1", "carry a delivery on")
    assert listed["counts"]["failed"] == 1
    assert three.system.read(f"/api/jobs/{job}")["log"][0]["line"] == "began"
    assert done(three.system, "POST", f"/api/jobs/{job}/retry")["state"] == "waiting"
    assert done(three.system, "POST", f"/api/jobs/{job}/retry")["state"] == "waiting"
    assert done(three.system, "POST", f"/api/jobs/{job}/cancellation")["state"] == "cancelled"
    assert done(three.system, "POST", f"/api/jobs/{job}/cancellation")["state"] == "cancelled"
    assert noted(own_town, "job") == [job, job]
    done(three.audit, "POST", f"/api/jobs/{job}/retry", 403)
    done(three.system, "POST", "/api/jobs/job_none/retry", 404)
    assert three.system.refused("/api/jobs", 400, state="gone")["field"] == "state"


def overview_job(town: Town, layer: str) -> str:
    with unit(town.services.database) as act:
        return town.platform.jobs.enqueue(act, "base.overview", f"base.overview:{layer}", {"layer": layer})


def test_a_job_names_the_layer_that_it_works_on_to_who_may_know_of_it(own_town: Town, three: Three) -> None:
    centre = own_town.hire("lin.centre", Role.SPATIAL_CENTRE)
    shown, draft = (overview_job(own_town, own_town.layers[slug]) for slug in ("buildings", "drafts"))
    gone = overview_job(own_town, "lyr_gone")

    def named(client: Client) -> dict[str, Any]:
        lines = {one["id"]: one for one in client.read("/api/jobs")["jobs"]}
        assert all(client.read(f"/api/jobs/{job}")["layer"] == lines[job]["layer"] for job in lines)
        assert lines[draft]["subject"] == own_town.layers["drafts"]
        return {job: lines[job]["layer"] for job in (shown, draft, gone)}

    told = {
        "title": {"zh": "图层 buildings", "en": "Layer buildings"},
        "resource": "housing",
        "resource_title": {"zh": "建筑物普查", "en": "Building census"},
    }
    assert named(three.system) == {shown: told, draft: None, gone: None}, "an entry that it may not see"
    seen = named(centre)
    assert (seen[shown], seen[draft]["resource"], seen[gone]) == (told, "plans", None)


def test_what_a_library_quotes_of_a_file_is_not_told(own_town: Town, three: Three) -> None:
    job = failed_job(own_town, "ArrowInvalid: could not convert '张三'")
    assert three.system.read(f"/api/jobs/{job}")["fault"] == {"kind": "ArrowInvalid", "words": ""}


def test_a_confirmed_erasure_is_not_stopped(own_town: Town, three: Three) -> None:
    with unit(own_town.services.database) as act:
        job = own_town.platform.jobs.enqueue(act, "expunge.carry_out", "e1", {"expunge": "exp_1"})
    assert done(three.system, "POST", f"/api/jobs/{job}/cancellation", 409)["field"] == job


def test_the_audit_is_searched(own_town: Town, three: Three) -> None:
    done(three.system, "PUT", "/api/people/wang.wei", 201, **NEW)
    found = three.audit.read("/api/audit", act="account", actor="root.system", limit=50)["lines"]
    (line,) = found
    assert (line["act"], line["actor"]["login"], line["detail"]) == (
        "account.add",
        "root.system",
        {"login": "wang.wei"},
    )
    by_subject = three.audit.read("/api/audit", subject=line["subject"], limit=50)["lines"]
    assert by_subject == found
    assert three.audit.read("/api/audit", request=line["request"])["lines"] == found
    assert three.audit.read("/api/audit", until="2020-01-01", since="2019-12-01")["lines"] == []
    assert three.audit.read("/api/audit", until="9999-12-31", limit=1)["lines"] == []
    assert three.audit.read("/api/audit", since="0001-01-01", until="0001-01-02")["lines"] == []
    first = three.audit.read("/api/audit", limit=1)
    second = three.audit.read("/api/audit", limit=1, after=first["next"])
    assert first["lines"][0]["id"] != second["lines"][0]["id"]


def test_the_audit_as_a_file_is_put_on_record(own_town: Town, three: Three) -> None:
    with unit(own_town.services.database) as act:
        Audit.write(act, actor="=1+1", party="", act="a.b", subject="@x", request_id="", detail={})
    answer = three.audit.get("/api/audit", params={"f": "csv", "subject": "@x"})
    assert answer.headers["content-type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["actor"], row["login"], row["subject"]) == ("'=1+1", "'=1+1", "'@x")
    assert noted(own_town, "audit.export") == ["audit"]


def test_the_chain_is_proved_whole_or_not(own_town: Town, three: Three) -> None:
    done(three.system, "PUT", "/api/people/wang.wei", 201, **NEW)
    told = done(three.audit, "POST", "/api/audit/verification")
    assert (told["whole"], told["breaks"], told["lines"] > 1) == (True, [], True)
    with unit(own_town.services.database) as act:
        act.connection.execute(sa.text("UPDATE audit_line SET detail='{}' WHERE act='account.add'"))
    told = done(three.audit, "POST", "/api/audit/verification")
    assert (told["whole"], [one["kind"] for one in told["breaks"]]) == (False, ["edited"])
    assert len(noted(own_town, "audit.verify")) == 2
    done(three.system, "POST", "/api/audit/verification", 403)


def test_the_condition_names_what_is_not_well(own_town: Town, three: Three) -> None:
    (own_town.folder / "diban.toml").write_text("title_en = 'Town Board'\n", "utf-8")
    told = three.system.read("/api/condition")
    parts = {one["name"]: one for one in told["parts"]}
    assert parts["database"]["well"]
    assert parts["jobs"] == {
        "name": "jobs",
        "title": {"zh": "失败的任务", "en": "failed jobs"},
        "well": True,
        "value": "0",
        "remedy": None,
    }
    failed_job(own_town, "Missing: x")
    told = three.system.read("/api/condition")
    parts = {one["name"]: one for one in told["parts"]}
    assert told["well"] is False
    assert (parts["jobs"]["value"], "retry" in parts["jobs"]["remedy"]["en"]) == ("1", True)
    assert min(told["database_bytes"], told["free_bytes"]) > 0
    settings = {one["name"]: (one["value"], one["source"]) for one in told["settings"]}
    assert settings["title_en"] == ("Town Board", "file")


def test_of_the_databases_address_the_password_is_left_out(own_town: Town, three: Three) -> None:
    (own_town.folder / "diban.toml").write_text("zone = 'Asia/Shanghai'\n", "utf-8")
    url = "postgresql+psycopg://diban:hunter2@host/diban"
    told_of = replace(own_town.platform.settings, database=url)
    object.__setattr__(own_town.platform, "settings", told_of)
    told = three.system.get("/api/condition")
    assert "hunter2" not in told.text
    settings = {one["name"]: (one["value"], one["source"]) for one in told.json()["settings"]}
    assert settings["database"] == ("postgresql+psycopg://diban:***@host/diban", "default")
    assert settings["zone"] == ("Asia/Shanghai", "file")
