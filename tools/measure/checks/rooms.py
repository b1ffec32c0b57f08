"""A room's ``__init__`` is its face and opens with what the room is, what it is not, what it imports."""

import ast

from tools.measure.tree import Tree


def rooms_without_docstring(tree: Tree) -> list[str]:
    """Rooms whose ``__init__.py`` is missing or has no docstring."""
    faces = {source.path: source for source in tree.package if source.is_package}
    offences = []
    for room in tree.rooms():
        path = room.relative_to(tree.root) / "__init__.py"
        if path not in faces:
            offences.append(f"{path}: the room has no face")
        elif not ast.get_docstring(faces[path].syntax):
            offences.append(f"{path}: the face does not say what the room is")
    return offences
