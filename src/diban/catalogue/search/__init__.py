"""Search: names of resources and features in posting tables, the same on both engines.

`SearchIndex` keeps names in immutable segments, answers candidates in the order of their rank, and
is fed by whoever follows the feed. A candidate is no hit: who asks confirms it under the asker's
scope. See `docs/decisions/0039-search.md`.

Not here: who may see what (governance), where features are (base), HTTP (share).

Imports: ground, store; numpy, pypinyin, rapidfuzz, SQLAlchemy.
"""

from diban.catalogue.search.candidates import Candidate, Look, Wanted
from diban.catalogue.search.folding import shown
from diban.catalogue.search.index import SearchIndex, Source
from diban.catalogue.search.name_fields import name_fields
from diban.catalogue.search.names import Names, placeless
from diban.catalogue.search.query import QUERY_LENGTH, Asked, understand
from diban.catalogue.search.rank import Match, snippet, spans
from diban.catalogue.search.resource_texts import ABOUT, RESOURCES, TITLE, resource_texts
from diban.catalogue.search.segments import SEGMENT, Builder

__all__ = [
    "ABOUT",
    "QUERY_LENGTH",
    "RESOURCES",
    "SEGMENT",
    "TITLE",
    "Asked",
    "Builder",
    "Candidate",
    "Look",
    "Match",
    "Names",
    "SearchIndex",
    "Source",
    "Wanted",
    "name_fields",
    "placeless",
    "resource_texts",
    "shown",
    "snippet",
    "spans",
    "understand",
]
