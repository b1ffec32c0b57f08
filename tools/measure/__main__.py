"""Prints the figures, then every offence; exit status 1 when there is one."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.measure.checks import CHECKS
from tools.measure.figures import figures
from tools.measure.tree import Tree


def main(arguments: list[str]) -> int:
    tree = Tree.read(Path(arguments[0] if arguments else ".").resolve())
    for name, figure in figures(tree):
        print(f"{name:<26}{figure}")
    offences = [offence for check in CHECKS for offence in check(tree)]
    for offence in offences:
        print(offence, file=sys.stderr)
    print(f"{len(CHECKS)} rules, {len(offences)} offences")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
