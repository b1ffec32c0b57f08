"""Under which texts a resource is found: its titles, and everything that its entry says."""

from __future__ import annotations

from diban.catalogue.resource import Resource
from diban.catalogue.search.folding import shown
from diban.ground import Text

RESOURCES = "resources"
"""The subject of the sources that hold texts of resources."""

TITLE, ABOUT = "title", "about"
ABOUT_LENGTH = 6_000


def resource_texts(resource: Resource, provider: Text) -> dict[str, list[str]]:
    """The texts by source: both titles; and one text of all else, so that its words are found together."""
    entry = resource.entry
    titles = [shown(text) for text in dict.fromkeys((entry.title.zh, entry.title.en)) if text.strip()]
    said = [entry.title, provider, entry.abstract, entry.source]
    said += [layer.title for layer in entry.layers]
    said += [field.title for layer in entry.layers for field in layer.schema.fields]
    words = [wording for text in said for wording in (text.zh, text.en)]
    words += [entry.slug, str(resource.code or ""), *(layer.slug for layer in entry.layers)]
    return {TITLE: titles, ABOUT: [shown(" ".join(dict.fromkeys(words)), ABOUT_LENGTH)]}
