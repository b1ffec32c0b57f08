"""The cache of tiles: bounded in bytes, whoever uses it at once."""

from __future__ import annotations

import threading

from fastapi import Response
from hypothesis import given
from hypothesis import strategies as some
from starlette.requests import Request

from diban.base import packed
from diban.ground import LayerId
from diban.share.http.packing import takes_gzip
from diban.share.offered.desk import Answer
from diban.share.ogc.tile_cache import ENTRY_BYTES, NOTE_BYTES, Note, TileCache

MOST = 80_000


def answer(size: int) -> Answer:
    return Response(b"x" * size), 1


def kept(cache: TileCache, keys: range) -> list[int]:
    return [key for key in keys if cache.answer((key,), "form") is not None]


@given(some.lists(some.tuples(some.integers(0, 30), some.integers(0, 30_000)), max_size=60))
def test_never_more_bytes_than_allowed(steps: list[tuple[int, int]]) -> None:
    cache = TileCache(MOST)
    for key, size in steps:
        cache.keep((key,), "form", answer(size))
        cache.keep_note(key, Note("now", (key,), "tag"))
        assert cache.bytes <= MOST
        assert cache.answer((key,), "form") is not None
        assert cache.note(key) is not None


def test_the_least_lately_used_goes_first() -> None:
    cache = TileCache(MOST)
    fits = (MOST - MOST // 8) // (10_000 + ENTRY_BYTES)
    for key in range(fits):
        cache.keep((key,), "form", answer(10_000))
    assert cache.answer((0,), "form") is not None
    cache.keep((fits,), "form", answer(10_000))
    assert kept(cache, range(fits + 1)) == [0, *range(2, fits + 1)]


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    cache = TileCache(MOST)
    cache.keep((1,), "form", answer(10))
    cache.keep((2,), "form", answer(MOST))
    assert kept(cache, range(3)) == [1]


def test_nothing_is_kept_without_room() -> None:
    cache = TileCache(0)
    cache.keep((1,), "form", answer(10))
    cache.keep_note(1, Note("now", (1,), "tag"))
    assert (cache.answer((1,), "form"), cache.note(1), cache.bytes) == (None, None, 0)


def test_forms_and_all_that_a_tile_is_made_from_tell_answers_apart() -> None:
    cache = TileCache(MOST)
    cache.keep((1, "scope", "layer"), ("slug", True), answer(10))
    for made_from, form in (
        ((1, "scope", "layer"), ("slug", False)),
        ((1, "scope", "layer"), ("other", True)),
        ((1, "wider", "layer"), ("slug", True)),
        ((2, "scope", "layer"), ("slug", True)),
    ):
        assert cache.answer(made_from, form) is None
    assert cache.answer((1, "scope", "layer"), ("slug", True)) is not None


def test_a_layer_is_forgotten_alone() -> None:
    cache = TileCache(MOST)
    for layer in ("a", "b"):
        cache.keep((1, "scope", LayerId(layer), "state"), "form", answer(10))
    cache.forget(LayerId("a"))
    assert cache.answer((1, "scope", "a", "state"), "form") is None
    assert cache.answer((1, "scope", "b", "state"), "form") is not None
    assert cache.bytes == 10 + ENTRY_BYTES


def test_many_at_once() -> None:
    """What is counted is what is held, after any order of threads."""
    cache = TileCache(MOST)

    def use(seed: int) -> None:
        for number in range(2_000):
            key = (seed * 7 + number * 13) % 50
            cache.keep((key,), "form", answer(key * 100))
            cache.answer(((key + 1) % 50,), "form")
            cache.keep_note(key, Note("now", (key,), "tag"))
            if number % 500 == 0:
                cache.forget(LayerId("none"))

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = sum(key * 100 + ENTRY_BYTES for key in kept(cache, range(50)))
    notes = sum(cache.note(key) is not None for key in range(50))
    assert cache.bytes == held + notes * NOTE_BYTES <= MOST


def test_who_takes_gzip() -> None:
    for header, expected in {
        "gzip": True,
        "deflate, GZIP;q=0.5": True,
        "br, gzip;q=1.0": True,
        "gzip;q=0": False,
        "gzip; q=0.000": False,
        "identity": False,
        "xgzip": False,
        "": False,
    }.items():
        scope = {"type": "http", "headers": [(b"accept-encoding", header.encode())]}
        assert takes_gzip(Request(scope)) is expected, header
    assert packed(b"a" * 5000)[:2] == b"\x1f\x8b"
