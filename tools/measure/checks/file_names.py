"""A file is found by its name: names that say nothing are refused, in Python and in the portal."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.measure.tree import Tree

SAYS_NOTHING = re.compile(
    r"_?(utils?|helpers?|managers?|common|base_.*|.*_(utils?|helpers?|manager))", re.IGNORECASE
)


def empty_names(tree: Tree) -> list[str]:
    """Files and folders named ``utils``, ``helpers``, ``manager``, ``common`` or ``base_*``."""
    paths = sorted({named for path in _files(tree) for named in (path, *path.parents)})
    return [f"{path}: the name says nothing" for path in paths if SAYS_NOTHING.fullmatch(path.stem)]


def _files(tree: Tree) -> Iterator[Path]:
    yield from (source.path for source in tree.sources)
    yield from (path.relative_to(tree.root) for path in tree.portal_files())
