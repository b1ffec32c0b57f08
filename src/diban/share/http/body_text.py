"""Text in a request's body: any, but without the one character that PostgreSQL has no text with."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

BodyText = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Every text of every body is one; bounds on its length are added where it stands."""
