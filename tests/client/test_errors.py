"""Refusals and failures as the client tells them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from diban.client import (
    Client,
    Denied,
    Invalid,
    Missing,
    Unauthenticated,
    Unavailable,
    Unreachable,
    Unreadable,
)
from diban.client.errors import Problem
from tests.client.city import LOTS, City
from tests.client.way import way_to


def test_a_refusal_names_field_limit_remedy_and_request(city: City) -> None:
    told = {}
    for language in ("zh", "en"):
        with city.client(language=language) as client, pytest.raises(Invalid) as refused:
            client.layer(LOTS).features(properties=["nothing"]).to_arrow()
        told[language] = refused.value
    for error in told.values():
        assert (error.status, error.code, error.field) == (400, "invalid", "nothing")
        assert error.limit == "code, name, floors, height, worth, share, listed, since, seen"
        assert error.remedy
        assert str(error.request_id).startswith("req_")
        assert str(error.request_id) in str(error)
    assert told["zh"].message != told["en"].message
    assert "there is no field 'nothing'" in str(told["en"])


def test_a_revoked_key_is_told(city: City) -> None:
    number, key = city.fresh_key()
    with city.client(key=key) as client:
        layer = client.layer(LOTS)
        rest = iter(layer.features(page=10))
        next(rest)
        city.revoke(number)
        with pytest.raises(Unauthenticated) as refused:
            ask_for(layer.count, 10)
        assert refused.value.status == 401
        with pytest.raises(Unauthenticated):
            list(rest)
    assert key not in repr(client)


def ask_for(ask: Callable[[], object], seconds: float) -> None:
    """Ask again and again, so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ask()


def test_what_may_not_be_read_and_what_is_not_there(public: Client, client: Client) -> None:
    with pytest.raises((Denied, Missing)):
        public.layer("plots").count()
    for ask in (client.layer("none").count, lambda: client.layer(LOTS).feature(10**9)):
        with pytest.raises(Missing) as refused:
            ask()
        assert refused.value.status == 404


def test_who_is_busy_is_asked_again_after_a_while(city: City) -> None:
    with way_to(city.url) as way:
        way.busy = 2
        with city.client(address=way.url) as client:
            began = time.monotonic()
            assert client.layer(LOTS).count() > 0
            assert time.monotonic() - began >= 2, "Retry-After was heeded"
        assert way.refused == 2
        way.busy = 3
        with city.client(address=way.url, attempts=2) as client, pytest.raises(Unavailable) as refused:
            client.layer(LOTS).count()
        assert (refused.value.status, refused.value.retry_after, way.refused) == (503, 1.0, 4)


def test_who_waits_how_long(client: Client) -> None:
    pause = client._transport.pause
    assert pause(Unavailable(Problem("", 503, retry_after=7)), 1) == 7
    assert pause(Unavailable(Problem("", 503, retry_after=3600)), 1) is None, "an hour is told, not waited"
    assert pause(Unavailable(Problem("", 503, field="read_seconds", retry_after=5)), 1) is None
    first, third = (pause(Unreachable("no answer"), tried) or 0 for tried in (1, 3))
    assert 0 < first < third
    assert pause(Unreachable("no answer"), 5) is None


def test_an_answer_that_breaks_off_is_asked_for_again(city: City) -> None:
    with way_to(city.url) as way, city.client(address=way.url) as client:
        features = client.layer(LOTS).features()
        wanted = features.to_arrow()
        way.cut_down = [5000]
        assert features.to_arrow().equals(wanted)
        assert way.broken == 1


def test_nobody_there() -> None:
    with Client("http://127.0.0.1:9", language="en", attempts=1, trust_env=False) as client:
        with pytest.raises(Unreachable) as told:
            client.resource(LOTS)
        assert "127.0.0.1:9" in str(told.value)
    for wrong in ("ftp://h", "localhost:8000", "http://", "http://h?x=1"):
        with pytest.raises(Invalid):
            Client(wrong)


def test_what_is_no_platform_is_told(city: City) -> None:
    with city.client() as client, pytest.raises(Unreadable):
        client._transport.json("/metrics")
