"""The figures of the house, as a table to print."""

from __future__ import annotations

from tools.measure.checks.knots import knots
from tools.measure.functions import functions, percentile
from tools.measure.tree import Tree


def figures(tree: Tree) -> list[tuple[str, str]]:
    """Rows of name and figure; all of ``src/`` alone, without tests and portal."""
    measured = functions(tree.package)
    lengths = [function.length for function in measured]
    longest = max(tree.package, key=lambda source: source.lines, default=None)
    annotated = sum(function.annotated for function in measured)
    return [
        ("lines of src/", f"{sum(source.lines for source in tree.package):,}"),
        ("files", str(len(tree.package))),
        ("functions", str(len(measured))),
        ("function length, median", str(percentile(lengths, 0.5))),
        ("function length, p90", str(percentile(lengths, 0.9))),
        (
            "longest function",
            f"{measured[0].length} {measured[0].name} {measured[0].place}" if measured else "-",
        ),
        ("longest file", f"{longest.lines} {longest.path}" if longest else "-"),
        ("functions fully typed", f"{annotated / len(measured):.1%}" if measured else "-"),
        ("import knots", str(len(knots(tree)))),
    ]
