"""Values that stand behind a room's face: what is documented here, and offered to no other room."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any


def part(module: str, name: str) -> Any:
    """A name of a module, read by its address: a reference shows the inside, it does not build on it."""
    return getattr(import_module(module), name)


def first_line(thing: object) -> str:
    """The first line of a docstring, without its full stop."""
    return (inspect.getdoc(thing) or "").partition("\n")[0].removesuffix(".")
