"""What a module needs stands at its top: an import inside a function hides a circle or a cost."""

import ast

from tools.measure.functions import FUNCTION
from tools.measure.tree import Source, Tree


def imports_inside_functions(tree: Tree) -> list[str]:
    """Every import statement within a function, in all Python folders."""
    return [
        f"{source.path}:{line}: import inside a function"
        for source in tree.sources
        for line in _lines(source)
    ]


def _lines(source: Source) -> list[int]:
    outer = (node for node in ast.walk(source.syntax) if isinstance(node, FUNCTION))
    inner = (node for function in outer for node in ast.walk(function))
    return sorted({node.lineno for node in inner if isinstance(node, ast.Import | ast.ImportFrom)})
