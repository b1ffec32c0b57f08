"""A query parameter as the services describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diban.ground import Text

TEXT: Mapping[str, Any] = {"type": "string"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """Its name, what it means, and its OpenAPI schema."""

    name: str
    words: Text
    schema: Mapping[str, Any] = field(default_factory=lambda: TEXT)

    def documented(self) -> dict[str, Any]:
        """The OpenAPI 3.0 object that describes it."""
        return {
            "name": self.name,
            "in": "query",
            "required": False,
            "description": str(self.words),
            "schema": dict(self.schema),
            "style": "form",
            "explode": False,
        }
