"""A code from a list, as answers show it."""

from __future__ import annotations

from typing import Any

from diban.catalogue import Titled


def titled(value: Titled) -> dict[str, Any]:
    """A code with its title; the national number where there is one."""
    return {"value": value.number or value.value, "title": value.words.as_json()}
