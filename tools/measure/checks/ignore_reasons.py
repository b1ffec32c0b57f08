"""Silencing a check is allowed with a reason: ``# type: ignore[code]  # why``, ``# noqa: CODE - why``."""

import re
import tokenize
from collections.abc import Iterator
from io import StringIO

from tools.measure.tree import Source, Tree

IGNORE = re.compile(r"#\s*(?:ruff:\s*)?(type:\s*ignore|noqa)\b(\[[^\]]*\]|:\s*[A-Z]+\d+(\s*,\s*[A-Z]+\d+)*)?")
REASON = re.compile(r"\w{2,}")


def ignores_without_reason(tree: Tree) -> list[str]:
    """Comments with ``type: ignore`` or ``noqa`` after which no word of reason stands."""
    return [
        f"{source.path}:{line}: an ignore without its reason"
        for source in tree.sources
        for line in _lines(source)
    ]


def _lines(source: Source) -> Iterator[int]:
    for token in tokenize.generate_tokens(StringIO(source.text).readline):
        silences = token.type == tokenize.COMMENT and IGNORE.search(token.string)
        if silences and not REASON.search(IGNORE.sub("", token.string)):
            yield token.start[0]
