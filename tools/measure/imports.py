"""Which module imports which, read from the syntax tree (also under ``TYPE_CHECKING``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tools.measure.tree import PACKAGE, Source, Tree


@dataclass(frozen=True)
class Import:
    """`source` names the module `target` of the package in line `line`."""

    source: Source
    target: str
    line: int


def package_imports(tree: Tree, source: Source) -> Iterator[Import]:
    """The imports of `diban`; ``from a import b`` names ``a.b`` where that is a module, else ``a``."""
    for node in ast.walk(source.syntax):
        for target in _targets(tree, source, node):
            if target.split(".")[0] == PACKAGE:
                yield Import(source, target, getattr(node, "lineno", 0))


def _targets(tree: Tree, source: Source, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        origin = _origin(source, node)
        offered = tree.offered_by(origin)
        for alias in node.names:
            inner = f"{origin}.{alias.name}"
            # A face may offer a function that is called like the module it stands in.
            yield inner if inner in tree.modules and alias.name not in offered else origin


def _origin(source: Source, node: ast.ImportFrom) -> str:
    """The absolute name after ``from``; a relative one counts from the importing module's package."""
    if not node.level:
        return node.module or ""
    parts = source.module.split(".")
    package = parts if source.is_package else parts[:-1]
    kept = package[: len(package) - (node.level - 1)]
    return ".".join([*kept, *([node.module] if node.module else [])])
