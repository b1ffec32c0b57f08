"""Nothing on the road is unfinished: words that admit it are refused in ``src/``."""

import re

from tools.measure.tree import Tree

WORDS = ("TODO", "FIXME", "XXX", "HACK", "NotImplementedError", "placeholder", "for now", "dummy", "stub")
# Underscores separate words too: `stub_reader` is caught, `stubborn` is not.
FOUND = re.compile(rf"(?<![a-z])({'|'.join(WORDS)})s?(?![a-z])", re.IGNORECASE)
SUFFIXES = (".py", ".sql", ".html", ".json", ".toml")


def unfinished_words(tree: Tree) -> list[str]:
    """Lines of ``src/`` with such a word; the portal's built files are not ours to read."""
    source = tree.root / "src"
    offences = []
    for path in sorted(source.rglob("*")):
        if path.suffix not in SUFFIXES or "static" in path.relative_to(source).parts:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if match := FOUND.search(line):
                offences.append(f"{path.relative_to(tree.root)}:{number}: the word {match[0]!r}")
    return offences
