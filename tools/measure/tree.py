"""The files of the project, read and parsed once for all checks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = "diban"
PYTHON_FOLDERS = ("src", "tests", "tools", "bench")
PORTAL_SUFFIXES = (".ts", ".vue", ".js", ".css")


@dataclass(frozen=True)
class Source:
    """One Python file: `path` is relative to the root, `module` its dotted name."""

    path: Path
    module: str
    text: str

    @cached_property
    def syntax(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def folder(self) -> str:
        """``src``, ``tests``, ``tools`` or ``bench``."""
        return self.path.parts[0]

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def room(self) -> str | None:
        """The room that this file belongs to, or that it is the test of; none for what stands outside."""
        inside = self.path.parts[2:] if self.folder == "src" else self.path.parts[1:]
        return inside[0] if len(inside) > 1 else None


@dataclass(frozen=True)
class Tree:
    """All that is measured, below `root`."""

    root: Path
    sources: tuple[Source, ...]

    @classmethod
    def read(cls, root: Path) -> Tree:
        paths = (path for folder in PYTHON_FOLDERS for path in sorted((root / folder).rglob("*.py")))
        return cls(root, tuple(_read(root, path) for path in paths))

    @cached_property
    def package(self) -> tuple[Source, ...]:
        """The sources of ``src/`` alone."""
        return tuple(source for source in self.sources if source.folder == "src")

    @cached_property
    def modules(self) -> frozenset[str]:
        """The dotted names of all modules of ``src/``."""
        return frozenset(source.module for source in self.package)

    @cached_property
    def _offers(self) -> dict[str, frozenset[str]]:
        return {source.module: _offered(source.syntax) for source in self.package if source.is_package}

    def offered_by(self, module: str) -> frozenset[str]:
        """The names that a package puts into ``__all__``."""
        return self._offers.get(module, frozenset())

    def rooms(self) -> list[Path]:
        """The folders below ``src/diban`` that hold Python files."""
        house = self.root / "src" / PACKAGE
        return sorted({house / source.path.parts[2] for source in self.package if len(source.path.parts) > 3})

    def portal_files(self) -> Iterator[Path]:
        """The portal's own files; declarations (``.d.ts``) are generated and do not count."""
        for path in sorted((self.root / "portal" / "src").rglob("*")):
            if path.suffix in PORTAL_SUFFIXES and not path.name.endswith(".d.ts"):
                yield path


def _offered(syntax: ast.Module) -> frozenset[str]:
    for node in syntax.body:
        names = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(name, ast.Name) and name.id == "__all__" for name in names):
            assert isinstance(node, ast.Assign)
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def _read(root: Path, path: Path) -> Source:
    relative = path.relative_to(root)
    parts = relative.with_suffix("").parts
    dotted = [part for part in (parts[1:] if parts[0] == "src" else parts) if part != "__init__"]
    return Source(relative, ".".join(dotted), path.read_text(encoding="utf-8"))
