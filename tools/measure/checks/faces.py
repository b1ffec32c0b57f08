"""A room is used through its face: nobody imports past ``diban.<room>`` but the room and its own tests."""

from tools.measure.imports import Import, package_imports
from tools.measure.tree import Tree

# The two engines have faces of their own; in src/ only `app` names them, which import-linter holds.
ADAPTERS = frozenset({"diban.base.embedded", "diban.base.postgis"})


def reaching_past_a_face(tree: Tree) -> list[str]:
    """Imports of ``diban.<room>.<module>`` from outside the room."""
    return [
        f"{found.source.path}:{found.line}: {found.target} is behind the face of {_room(found)}"
        for source in tree.sources
        for found in package_imports(tree, source)
        if _reaches_past(found)
    ]


def _reaches_past(found: Import) -> bool:
    inside = found.target.count(".") >= 2
    return inside and found.target not in ADAPTERS and found.source.room != found.target.split(".")[1]


def _room(found: Import) -> str:
    return ".".join(found.target.split(".")[:2])
