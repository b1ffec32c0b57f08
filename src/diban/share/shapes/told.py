"""What every shape is: closed, so that an answer with a member more than it says is seen, and described."""

from __future__ import annotations

from pydantic import ConfigDict, with_config

told = with_config(ConfigDict(extra="forbid", use_attribute_docstrings=True))
"""Over a ``TypedDict``: other members are refused; the words behind a member describe it."""
