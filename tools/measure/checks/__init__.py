"""The rules, one per file, each a function from the `Tree` to its offences."""

from collections.abc import Callable

from tools.measure.checks.faces import reaching_past_a_face
from tools.measure.checks.file_length import long_files
from tools.measure.checks.file_names import empty_names
from tools.measure.checks.function_length import long_functions
from tools.measure.checks.ignore_reasons import ignores_without_reason
from tools.measure.checks.inner_imports import imports_inside_functions
from tools.measure.checks.knots import import_knots
from tools.measure.checks.rooms import rooms_without_docstring
from tools.measure.checks.words import unfinished_words
from tools.measure.tree import Tree

CHECKS: tuple[Callable[[Tree], list[str]], ...] = (
    long_functions,
    long_files,
    empty_names,
    imports_inside_functions,
    import_knots,
    reaching_past_a_face,
    rooms_without_docstring,
    unfinished_words,
    ignores_without_reason,
)

__all__ = [
    "CHECKS",
    "empty_names",
    "ignores_without_reason",
    "import_knots",
    "imports_inside_functions",
    "long_files",
    "long_functions",
    "reaching_past_a_face",
    "rooms_without_docstring",
    "unfinished_words",
]
