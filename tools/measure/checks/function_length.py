"""A function is read at a glance: nine of ten within 30 lines, none over 60."""

from tools.measure.functions import functions, percentile
from tools.measure.tree import Tree

MOST = 60
MOST_OF_NINE_IN_TEN = 30


def long_functions(tree: Tree) -> list[str]:
    """Functions over 60 lines anywhere; over 30 in ``src/`` when they are more than one in ten."""
    offences = [
        f"{function.place}: {function.name} has {function.length} lines, at most {MOST}"
        for function in functions(tree.sources)
        if function.length > MOST
    ]
    measured = functions(tree.package)
    p90 = percentile((function.length for function in measured), 0.9)
    if p90 > MOST_OF_NINE_IN_TEN:
        offences.append(
            f"src: the p90 of function length is {p90}, at most {MOST_OF_NINE_IN_TEN}; the longest:"
        )
        offences += [
            f"{function.place}: {function.name} has {function.length} lines" for function in measured[:10]
        ]
    return offences
