"""The services explored from their own document (schemathesis): whatever it allows is answered as it says.

No 5xx; statuses, media types and shapes as described. A short, repeatable run by default, a long one in the
battery; against a server process of its own, with the key of an agency that provides data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.share.conftest import copied
from tests.share.described import document
from tests.share.serving import serving
from tests.share.town import Town, add_plan

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
SCHEMA = schemathesis.openapi.from_dict(document())
CHECKS: list[Callable[..., bool | None]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXPLORED = SCHEMA.exclude(path="/api/session", method="POST").exclude(path="/api/session/password")
"""Without what checks a password, which is made to take long; tried in ``test_session.py``."""
SHORT, LONG = 4, 400
PHASES = (Phase.explicit, Phase.generate)
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture(scope="module")
def served(town_as_built: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a town's server, and the key of the housing bureau."""
    with copied(town_as_built, Path(tmp_path_factory.mktemp("explored")) / "town") as town:
        add_plan(town)
        with serving(town) as address:
            yield address, town.key("housing")


def _explore(case: schemathesis.Case[Any], served: tuple[str, str]) -> None:
    address, key = served
    headers = {"X-API-Key": key} if "X-API-Key" not in (case.headers or {}) else {}
    case.call_and_validate(base_url=address, headers=headers, checks=CHECKS, timeout=30)


@EXPLORED.parametrize()
@settings(
    max_examples=SHORT,
    derandomize=True,
    deadline=None,
    phases=PHASES,
    suppress_health_check=QUIET,
    database=None,
)
def test_a_short_walk(case: schemathesis.Case[Any], served: tuple[str, str]) -> None:
    _explore(case, served)


@pytest.mark.battery
@EXPLORED.parametrize()
@settings(max_examples=LONG, deadline=None, phases=PHASES, suppress_health_check=QUIET)
def test_a_long_walk(case: schemathesis.Case[Any], served: tuple[str, str]) -> None:
    _explore(case, served)
