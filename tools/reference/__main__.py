"""Writes the pages, and names those that changed."""

from __future__ import annotations

from pathlib import Path

from tools.reference.pages import FOLDER, pages


def main() -> None:
    folder = Path(__file__).parents[2] / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(folder.parents[1]))


if __name__ == "__main__":
    main()
