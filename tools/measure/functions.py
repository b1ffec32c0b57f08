"""Functions and methods with their length in lines and whether their signature is fully typed."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from tools.measure.tree import Source

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Function:
    """`length` counts from ``def`` to the last line, docstring included, decorators not."""

    name: str
    place: str
    length: int
    annotated: bool


def functions(sources: Iterable[Source]) -> list[Function]:
    """Every function, method and inner function of the sources, longest first."""
    found = [
        _measured(source, node)
        for source in sources
        for node in ast.walk(source.syntax)
        if isinstance(node, FUNCTION)
    ]
    return sorted(found, key=lambda function: (-function.length, function.place))


def percentile(lengths: Iterable[int], share: float) -> int:
    """The length that `share` of the functions do not exceed; 0 where there are none."""
    ordered = sorted(lengths)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0


def _measured(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    return Function(node.name, f"{source.path}:{node.lineno}", length, _annotated(node))


def _annotated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    rest = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    typed = [argument for argument in named if argument.arg not in ("self", "cls")] + rest
    return node.returns is not None and all(argument.annotation is not None for argument in typed)
