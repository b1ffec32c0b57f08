"""Signing in and out: cookies, guards, idleness, equal refusals, and bounds on checking passwords."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

import diban.share.pages.session
from diban.governance import Audit, Outcome, Role, hash_password
from diban.ground import Text, Unavailable, micros, now
from diban.share.pages.session import AT_ONCE
from diban.store import reading, unit
from tests.share.client import HOST, Client
from tests.share.town import PASSWORD, Town

GUARD = {"X-Diban-Request": "1"}
RIGHT = {"login": "transport", "password": PASSWORD}


def sign_in(client: Client, login: str = "transport", password: str = PASSWORD) -> httpx.Response:
    """The answer to an attempt to sign in."""
    return client.ask("POST", "/api/session", json={"login": login, "password": password}, headers=GUARD)


@pytest.fixture
def browser(own_town: Town) -> Client:
    """A browser in which nobody has signed in."""
    return own_town.client()


def test_in_and_out(own_town: Town, browser: Client) -> None:
    assert browser.read("/api/session") is None
    answer = sign_in(browser)
    assert answer.status_code == 200
    assert answer.json() == browser.read("/api/session")
    assert answer.json()["login"] == "transport"
    assert answer.json()["must_change"] is False
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert browser.read("/api/platform")["account"]["party"]["name"] == {"zh": "transport", "en": "transport"}
    assert browser.get("/ogc/collections/buildings").status_code == 200
    kept = browser.cookies["diban_session"]
    out = browser.ask("DELETE", "/api/session", headers=GUARD)
    assert (out.status_code, out.content) == (204, b"")
    assert "diban_session" not in browser.cookies
    browser.cookies.set("diban_session", kept, domain=HOST)
    assert browser.get("/ogc/collections").status_code == 401
    with reading(own_town.services.database) as connection:
        acts = [line.act for line in Audit.lines(connection)]
    assert acts[:2] == ["session.close", "session.accepted"]


def test_the_cookie_is_secure_where_it_should_be(own_town: Town) -> None:
    object.__setattr__(own_town.services, "secure_cookies", True)
    assert "; Secure" in sign_in(own_town.client()).headers["set-cookie"]


def test_the_guard(own_town: Town, browser: Client) -> None:
    refused = browser.ask("POST", "/api/session", json=RIGHT)
    assert (refused.status_code, refused.json()["field"]) == (403, "x-diban-request")
    assert "set-cookie" not in refused.headers
    signed_in = own_town.browser("transport")
    assert signed_in.ask("DELETE", "/api/session", headers={"X-Diban-Request": ""}).status_code == 403
    assert signed_in.ask("DELETE", "/api/session", headers={"X-Diban-Request": "yes"}).status_code == 403
    assert signed_in.read("/api/session")["login"] == "transport"


def test_refusals_look_alike(own_town: Town) -> None:
    services = own_town.services
    with unit(services.database) as act:
        services.accounts.set_disabled(act, own_town.account("school").id, True)
        services.accounts._change(act, own_town.account("clinic").id, locked_until=micros(now()) + 10**9)
    answers = []
    for login, password in (
        ("nobody-at-all", PASSWORD),
        ("transport", "wrong"),
        ("school", PASSWORD),
        ("clinic", PASSWORD),
        ("Ｔransport", "wrong"),
    ):
        answer = sign_in(own_town.client(), login, password)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        told = answer.json()
        del told["request_id"]
        headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
        answers.append((told, headers))
    assert all(answer == answers[0] for answer in answers)
    with reading(services.database) as connection:
        lines = [line for line in Audit.lines(connection) if line.act.startswith("session.")]
    assert {line.act.split(".")[1] for line in lines} == {"unknown", "wrong", "disabled", "locked"}
    assert not any("nobody-at-all" in line.subject for line in lines)


def test_five_failures_lock(own_town: Town) -> None:
    client = own_town.client()
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 401
    assert sign_in(client).status_code == 401
    assert Outcome.LOCKED in [Outcome(line) for line in _outcomes(own_town)]


def _outcomes(town: Town) -> Iterator[str]:
    with reading(town.services.database) as connection:
        for line in Audit.lines(connection):
            if line.act.startswith("session."):
                yield line.act.split(".")[1]


NEW = "an even longer password"


def change(client: Client, password: str, new: str, **headers: str) -> httpx.Response:
    """The answer to setting one's own password."""
    typed = {"password": password, "new": new}
    return client.ask("PUT", "/api/session/password", json=typed, headers=headers or GUARD)


def test_ones_own_password(own_town: Town, browser: Client) -> None:
    sign_in(browser)
    elsewhere = own_town.browser("transport")
    answer = change(browser, PASSWORD, NEW)
    assert (answer.status_code, answer.json()["login"]) == (200, "transport")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert browser.read("/api/session")["login"] == "transport"
    elsewhere.refused("/ogc/collections", 401)
    assert sign_in(own_town.client()).status_code == 401
    assert sign_in(own_town.client(), password=NEW).status_code == 200
    with reading(own_town.services.database) as connection:
        (line,) = (line for line in Audit.lines(connection) if line.act.startswith("password."))
    assert (line.act, line.subject) == ("password.change", own_town.account("transport").id)


@pytest.mark.parametrize(
    ("password", "new", "status", "field"),
    [
        (PASSWORD, "short", 400, "password"),
        (PASSWORD, "my transport password", 400, "password"),
        (PASSWORD, "x" * 129, 400, "password"),
        (PASSWORD, PASSWORD, 400, "new"),
        (PASSWORD, "a\0" * 10, 400, "body.new"),
        ("wrong", NEW, 401, "password"),
    ],
)
def test_passwords_that_are_not_set(own_town: Town, password: str, new: str, status: int, field: str) -> None:
    client = own_town.browser("transport")
    answer = change(client, password, new)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert client.read("/api/session")["login"] == "transport"
    assert sign_in(own_town.client()).status_code == 200


def test_who_may_set_a_password(own_town: Town) -> None:
    assert change(own_town.client(), PASSWORD, NEW).status_code == 403
    assert change(own_town.client("transport"), PASSWORD, NEW).status_code == 403
    client = own_town.browser("transport")
    del client.headers["X-Diban-Request"]
    assert change(client, PASSWORD, NEW, Accept="*/*").json()["field"] == "x-diban-request"


def test_guesses_of_the_present_password_lock(own_town: Town) -> None:
    client = own_town.browser("transport")
    for _ in range(5):
        assert change(client, "wrong", NEW).status_code == 401
    assert change(client, PASSWORD, NEW).status_code == 401
    assert sign_in(own_town.client()).status_code == 401
    with reading(own_town.services.database) as connection:
        acts = {line.act for line in Audit.lines(connection)}
    assert acts >= {"password.wrong", "password.locked"}


def test_an_initial_password_opens_nothing_but_its_change(own_town: Town, browser: Client) -> None:
    account = own_town.account("transport")
    with unit(own_town.services.database) as act:
        own_town.services.accounts.set_password(act, account.id, hash_password(PASSWORD), own=False)
        own_town.services.generation.bump(act)
    assert sign_in(browser).json()["must_change"] is True
    for path in ("/api/session", "/api/platform"):
        assert browser.get(path).status_code == 200
    for path in (
        "/api/resources",
        "/ogc/collections",
        "/ogc/collections/buildings/items",
        "/api/deliveries/x",
    ):
        told = browser.refused(path, 403)
        assert (told["field"], told["detail"]) == ("must_change", "set a password of your own first")
    assert own_town.client("transport").get("/ogc/collections").status_code == 200  # programs go on
    assert change(browser, PASSWORD, NEW).json()["must_change"] is False
    assert browser.get("/ogc/collections").status_code == 200


def test_a_session_that_ended(own_town: Town) -> None:
    client = own_town.browser("transport")
    assert client.read("/api/platform")["account"]["login"] == "transport"
    _age(own_town, timedelta(minutes=31))
    told = client.refused("/ogc/collections", 401)
    assert "log in" in told["remedy"]
    answer = client.get("/api/platform")
    assert answer.json()["account"] is None
    assert "diban_session" not in client.cookies
    assert client.get("/ogc/collections").status_code == 200


def test_a_session_in_use_stays(own_town: Town) -> None:
    client = own_town.browser("transport")
    for _ in range(3):
        _age(own_town, timedelta(minutes=29))
        assert client.read("/api/session")["login"] == "transport"


def test_signing_out_of_what_ended(own_town: Town) -> None:
    client = own_town.browser("transport")
    _age(own_town, timedelta(days=1))
    assert client.ask("DELETE", "/api/session", headers=GUARD).status_code == 204
    assert "diban_session" not in client.cookies
    assert own_town.client().ask("DELETE", "/api/session").status_code == 204


def test_a_page_that_looks_by_itself_keeps_no_session_open(own_town: Town) -> None:
    client, watching = own_town.browser("transport"), {"X-Diban-Watching": "1"}
    for _ in range(2):
        _age(own_town, timedelta(minutes=20))
        answer = client.get("/api/inbox", headers=watching)
    assert answer.status_code == 401, "twenty minutes, twice"
    client = own_town.browser("transport")
    for _ in range(3):
        _age(own_town, timedelta(minutes=20))
        assert client.get("/api/inbox", headers=watching).status_code == 200
        assert client.get("/api/inbox").status_code == 200, "a person's act, a moment after a look"


def _age(town: Town, by: timedelta) -> None:
    """Let all sessions have been used last so much earlier, and forget who was recognised."""
    with unit(town.services.database) as act:
        less = sa.text("UPDATE session SET last_used = last_used - :by")
        act.connection.execute(less, {"by": by // timedelta(microseconds=1)})
        town.services.generation.bump(act)


def test_a_new_password_ends_sessions(own_town: Town) -> None:
    client = own_town.browser("transport")
    client.read("/ogc/collections")
    with unit(own_town.services.database) as act:
        own_town.services.accounts.set_password(act, own_town.account("transport").id, "x", own=False)
        own_town.services.generation.bump(act)
    client.refused("/ogc/collections", 401)


def test_roles_follow_at_once(own_town: Town) -> None:
    client = own_town.browser("bureau")
    assert client.get("/api/resources/plans").status_code == 200  # overseers know of drafts
    with unit(own_town.services.database) as act:
        own_town.services.accounts.assign(act, own_town.account("bureau").id, frozenset[Role]())
        own_town.services.generation.bump(act)
    client.refused("/api/resources/plans", 404)


def test_reading_writes_at_most_once_a_minute(own_town: Town) -> None:
    client = own_town.browser("transport")
    client.read("/api/platform")
    before = _written(own_town)
    for path in (
        "/api/platform",
        "/api/session",
        "/api/resources",
        "/ogc/collections",
        "/api/resources/housing",
    ):
        client.read(path)
    assert _written(own_town) == before


def _written(town: Town) -> int:
    """SQLite's own count of what changed in the control file."""
    with reading(town.services.database) as connection:
        return int(connection.execute(sa.text("PRAGMA data_version")).scalar_one())


def test_reads_go_on_while_nothing_can_be_written(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = own_town.browser("transport")
    _age(own_town, timedelta(minutes=5))

    def full(database: object) -> object:
        raise Unavailable(Text(zh="满", en="full"))

    monkeypatch.setattr("diban.share.http.asking.unit", full)
    assert client.get("/ogc/collections/buildings/items").status_code == 200


class Slow:
    """Checks of a password that last until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._free, self._lock = threading.Event(), threading.Lock()
        self.busy = self.most = 0
        monkeypatch.setattr(diban.share.pages.session, "log_in", self._check)

    def _check(self, *_: object) -> object:
        with self._lock:
            self.busy += 1
            self.most = max(self.most, self.busy)
        assert self._free.wait(60)
        with self._lock:
            self.busy -= 1
        raise Unavailable(Text(zh="", en=""), field="slow")

    def let_go(self) -> None:
        self._free.set()


def _tries(client: Client, count: int) -> list[asyncio.Task[httpx.Response]]:
    post = client._client.post
    return [asyncio.create_task(post("/api/session", json=RIGHT, headers=GUARD)) for _ in range(count)]


def test_few_passwords_are_checked_at_once(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, client = Slow(monkeypatch), own_town.client()
    monkeypatch.setattr(diban.share.pages.session, "PATIENCE_SECONDS", 0.2)

    async def scene() -> list[httpx.Response]:
        tries = _tries(client, 12)
        for early, done in enumerate(asyncio.as_completed(tries), 1):
            await done
            if early == 12 - AT_ONCE:  # all the others have been turned away
                slow.let_go()
        return [one.result() for one in tries]

    answers = own_town.runner.run(scene())
    assert slow.most == AT_ONCE
    turned_away = [answer for answer in answers if "field" not in answer.json()]
    assert len(turned_away) == 12 - AT_ONCE
    assert all(answer.headers["retry-after"] == "5" for answer in answers)
    assert {answer.json()["detail"] for answer in turned_away} == {"too many are signing in at once"}


def test_signing_in_keeps_nobody_waiting(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, client = Slow(monkeypatch), own_town.client("transport")
    client.read("/ogc/collections/buildings/items")

    async def scene() -> int:
        tries = _tries(client, 60)
        try:
            while slow.busy < AT_ONCE:
                await asyncio.sleep(0.01)
            # Answered while every place is taken: nobody lets go before.
            async with asyncio.timeout(30):
                return (await client._client.get("/ogc/collections/buildings/items")).status_code
        finally:
            slow.let_go()
            for one in tries:
                one.cancel()
            await asyncio.gather(*tries, return_exceptions=True)

    assert own_town.runner.run(scene()) == 200
