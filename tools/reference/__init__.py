"""Reference: the pages of ``docs/reference/``, written from the source: ``python -m tools.reference``.

Commands, errors, settings, finding codes, states and roles stand in the source as values; each page
asks those values and repeats no fact of its own. A test compares the pages with what the source
gives, so that nothing can be added or changed without them.

Imports: every room that is documented; typer's parameter descriptions.
"""

from tools.reference.pages import FOLDER, pages

__all__ = ["FOLDER", "pages"]
