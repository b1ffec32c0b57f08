"""What an entry must say, and that each fault names the field, the limit and the remedy."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from diban.catalogue import (
    DataFormat,
    ItemType,
    Opening,
    Sharing,
    SharingMethod,
    State,
    Titled,
    UpdateCycle,
    entry_as_json,
    entry_from_json,
)
from diban.ground import Invalid, Text
from tests.catalogue.made_up import ENTRY, layer

GOOD = entry_as_json(ENTRY)
LAYER: dict[str, Any] = {"slug": "b", "title": "b", "schema": {"geometry": "point", "fields": []}}


def test_json_reads_back_as_the_same_entry() -> None:
    assert entry_from_json(orjson.loads(orjson.dumps(GOOD))) == ENTRY


def test_national_numbers_and_titles_are_understood() -> None:
    said = {**GOOD, "sharing": "2", "cycle": "每半年", "format": "Graphic or image", "method": "服务接口"}
    assert entry_from_json(said) == ENTRY


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Housing"}, "slug"),
        ({"slug": "a--b"}, "slug"),
        ({"slug": "a" * 65}, "slug"),
        ({"slug": "../etc"}, "slug"),
        ({"title": {"zh": " ", "en": " "}}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"abstract": "x" * 4001}, "abstract"),
        ({"category": "37"}, "category"),
        ({"provider": ""}, "provider"),
        ({"owner": None}, "owner"),
        ({"format": "paper"}, "format"),
        ({"sharing": None}, "sharing"),
        ({"sharing": "4"}, "sharing"),
        ({"sharing_condition": None}, "sharing_condition"),
        ({"sharing": "3", "sharing_basis": None}, "sharing_basis"),
        ({"sharing": "3", "sharing_basis": {"zh": " ", "en": " "}}, "sharing_basis"),
        ({"method": None}, "method"),
        ({"method": "fax"}, "method"),
        ({"opening": None}, "opening"),
        ({"opening": "conditional"}, "opening_condition"),
        ({"cycle": "sometimes"}, "cycle"),
        ({"licence": ""}, "licence"),
        ({"source": ""}, "source"),
        ({"related": ["no code"]}, "category"),
        ({"related": "307001/1"}, "related"),
        ({"layers": []}, "layers"),
        ({"layers": [LAYER, LAYER]}, "layers"),
        ({"layers": [{**LAYER, "slug": "B"}]}, "layers.slug"),
        ({"layers": [{**LAYER, "schema": {"fields": [{"name": "x"}]}}]}, "layers.schema"),
        ({"layers": [{**LAYER, "schema": "x"}]}, "layers.schema"),
        ({"layers": ["x"]}, "layers"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_fault_names_field_limit_and_remedy(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        entry_from_json({**GOOD, **change})
    assert refused.value.field == field
    assert refused.value.limit is not None or field == "layers.schema"
    assert refused.value.remedy is not None


def test_withholding_needs_its_legal_basis_and_no_method() -> None:
    basis = Text(zh="《测绘法》第四十七条", en="Surveying and Mapping Law, article 47")
    said = {**GOOD, "sharing": "3", "sharing_basis": basis.as_json(), "method": None}
    assert entry_from_json(said).sharing is Sharing.WITHHELD


@pytest.mark.parametrize("codes", [State, Sharing, SharingMethod, Opening, UpdateCycle, DataFormat, ItemType])
def test_every_code_has_both_titles_and_is_found_by_each(codes: type[Titled]) -> None:
    for member in codes:
        assert member.words.zh
        assert member.words.en
        for said in (member.value, member.number or member.value, member.words.zh, member.words.en):
            assert codes.parse(said, "code") is member


def test_information_items_carry_their_national_letters() -> None:
    assert [(name, letter) for name, _, letter in layer().items()] == [
        ("code", "C"),
        ("floors", "I"),
        ("height", "N"),
        ("geometry", "G"),
    ]
