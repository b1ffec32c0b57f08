"""A question to the served platform: whether the answer was right, what it said, and how long it took."""

from __future__ import annotations

from collections.abc import Callable

import httpx

Answered = tuple[bool, str, float]
"""Whether it was right, in few words what was said, seconds."""
Question = Callable[[httpx.Client], Answered]
