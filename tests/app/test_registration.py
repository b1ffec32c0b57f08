"""Descriptions and mappings that no database can hold are refused in words, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from diban.app.journeys.mapping import save_mapping
from diban.app.journeys.registration import register
from diban.ground import Invalid
from tests.app.town import PLOTS, STEWARD, Town, description, founded


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgis", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """An installation on one engine, then on the other."""
    database = request.getfixturevalue("postgres_database") if request.param == "postgis" else ""
    with founded(tmp_path_factory.mktemp("town") / "home", database) as made:
        yield made


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"abstract": {"zh": "说明", "en": "words\0"}}, "abstract.en"),
        ({"provider": "测\0量局"}, "provider"),
        (
            {"layers": [{"slug": "wells", "title": {"zh": "\0", "en": "x"}, "schema": PLOTS}]},
            "layers.0.title.zh",
        ),
    ],
)
def test_a_description_with_nul(town: Town, said: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as met:
        register(town.platform, {**description("wells", PLOTS), **said}, town.asker(STEWARD))
    assert met.value.field == field


def test_a_mapping_with_nul(town: Town) -> None:
    mapping = {"columns": {"地\0块": "name"}}
    with pytest.raises(Invalid) as met:
        save_mapping(town.platform, "plots", mapping, town.asker(STEWARD))
    assert met.value.field == "columns.地块"
