"""What a test needs from the machine: absent, the test is skipped with its reason; in CI it fails."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def absent(what: str, remedy: str) -> NoReturn:
    """Ends the test that needs `what`: a failure where ``CI=true``, else a skip that names the remedy."""
    message = f"{what} is not here; {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{message} (required, since CI=true)", pytrace=False)
    pytest.skip(message)
