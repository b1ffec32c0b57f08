"""Tiny made-up trees to measure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.measure.tree import Tree


def tree_of(root: Path, files: Mapping[str, str]) -> Tree:
    """Writes the files below `root` and reads them as the project's tree."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree.read(root)


def function_of(lines: int, name: str = "long") -> str:
    """A function that is `lines` lines long."""
    return "\n".join([f"def {name}() -> None:", *["    pass"] * (lines - 1), ""])
