"""U+0000 and lone surrogates are refused wherever they stand, and the place is named."""

from __future__ import annotations

import pytest

from diban.ground import Invalid, require_storable


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("a\0", "name"),
        ({"title": {"zh": "\0"}}, "name.title.zh"),
        ({"layers": [{}, {"slug": "x\0y"}]}, "name.layers.1.slug"),
        ({"a\0": 1}, "name.a"),
        ({"a\ud800": "b"}, "name.a"),
        ({"a": "\udfff"}, "name.a"),
    ],
)
def test_its_place_is_named(value: object, field: str) -> None:
    with pytest.raises(Invalid) as met:
        require_storable(value, "name")
    assert met.value.field == field


def test_what_is_nested_deeply_is_looked_through() -> None:
    value: object = "\\u0000"
    for _ in range(100_000):
        value = [value]
    require_storable({"fine": value, "number": 1, "nothing": None}, "")


def test_what_is_wrong_is_found_however_deep() -> None:
    value: object = "a\0"
    for _ in range(1_000):
        value = [value]
    with pytest.raises(Invalid) as met:
        require_storable({"deep": value}, "")
    assert met.value.field == "deep" + ".0" * 1_000
