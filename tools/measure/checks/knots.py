"""Modules can be read one after the other: no circle of imports, within a room neither."""

from tools.measure.imports import package_imports
from tools.measure.tree import Tree


def import_knots(tree: Tree) -> list[str]:
    """Each knot (modules that import each other, however indirectly) with all its members."""
    return [f"import knot of {len(knot)} modules: {', '.join(knot)}" for knot in knots(tree)]


def knots(tree: Tree) -> list[list[str]]:
    """The strongly connected components of two or more modules, and modules that import themselves."""
    direct = {
        source.module: {found.target for found in package_imports(tree, source)} & tree.modules
        for source in tree.package
    }
    reached = {module: _reached(module, direct) for module in direct}
    tied = {
        frozenset(other for other in reached[module] if module in reached[other])
        for module in direct
        if module in reached[module]
    }
    return sorted(sorted(knot) for knot in tied)


def _reached(start: str, direct: dict[str, set[str]]) -> set[str]:
    """All modules that `start` imports, directly or not; itself only when a way leads back."""
    seen: set[str] = set()
    ahead = list(direct[start])
    while ahead:
        module = ahead.pop()
        if module not in seen:
            seen.add(module)
            ahead += direct[module]
    return seen
