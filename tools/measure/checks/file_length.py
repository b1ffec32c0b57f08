"""A file has one subject: at most 500 lines, the portal's too."""

from tools.measure.tree import Tree

MOST = 500


def long_files(tree: Tree) -> list[str]:
    """Files over 500 lines in ``src``, ``tests``, ``tools``, ``bench`` and ``portal/src``."""
    lengths = [(str(source.path), source.lines) for source in tree.sources]
    for path in tree.portal_files():
        text = path.read_text(encoding="utf-8")
        lengths.append((str(path.relative_to(tree.root)), len(text.splitlines())))
    return [f"{place}: {lines} lines, at most {MOST}" for place, lines in lengths if lines > MOST]
