"""What the services stand on; handed over by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from diban.base import Base
from diban.catalogue import Catalogue, SearchIndex, Styles
from diban.governance import Accounts, Parties, ScopeCache, UseCounter
from diban.ground import Extent, LayerId, PartyId, Text
from diban.intake import Deliveries, Uploads
from diban.share.port import Journey, Office
from diban.store import Database, Generation

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Services:
    """The rooms below, and what this installation is.

    ``own_layers`` answers the layers whose resources a party provides; ``ready`` whether each part
    works; ``static`` is the built portal, None when it is not built. ``address`` is where readers reach
    the services, "" to go by each request; ``read_seconds`` how long one page or tile may take;
    ``measures`` the folder in which the serving processes write what they count, ``files`` that of files
    which are made for those who take them; ``tile_memory`` how many bytes of drawn tiles a process holds.
    """

    database: Database
    base: Base
    catalogue: Catalogue
    search: SearchIndex
    styles: Styles
    deliveries: Deliveries
    uploads: Uploads
    journey: Journey
    office: Office
    parties: Parties
    accounts: Accounts
    scopes: ScopeCache
    use: UseCounter
    generation: Generation
    title: Text
    area: Extent
    public_party: PartyId
    own_layers: Callable[[sa.Connection, PartyId], Iterable[LayerId]]
    secure_cookies: bool
    static: Path | None
    ready: Callable[[], dict[str, bool]]
    files: Path
    address: str = ""
    read_seconds: float = 10.0
    tile_memory: int = 256 << 20
    measures: Path | None = None
