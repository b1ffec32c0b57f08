"""The composition root: the only place that chooses an engine and puts the rooms together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from diban.app.settings import Settings
from diban.base import Base, RowStore
from diban.base.embedded import open_embedded
from diban.base.postgis import open_postgis
from diban.catalogue import Catalogue, SearchIndex, Styles
from diban.governance import Accounts, FileSigner, Grants, HeadFile, Parties, ScopeCache, UseCounter
from diban.ground import LayerId, Missing, PartyId, Text
from diban.intake import Deliveries, Mappings, Uploads
from diban.store import Blobs, Database, Feed, FolderBlobs, Generation, Jobs, sqlite_url


@dataclass(frozen=True, slots=True)
class Platform:
    """Every part of one installation, wired; rooms below take only what they need of it."""

    settings: Settings
    database: Database
    blobs: Blobs
    feed: Feed
    jobs: Jobs
    generation: Generation
    base: Base
    catalogue: Catalogue
    search: SearchIndex
    styles: Styles
    deliveries: Deliveries
    uploads: Uploads
    mappings: Mappings
    parties: Parties
    accounts: Accounts
    grants: Grants
    scopes: ScopeCache
    signer: FileSigner
    heads: HeadFile
    use: UseCounter

    @property
    def work(self) -> Path:
        """Where deliveries are worked on; all of it can be made anew."""
        return self.settings.home / "work"

    @property
    def files(self) -> Path:
        """Files made for those who take them; all of it can be made anew."""
        return self.settings.home / "files"

    def layers_of(self, connection: sa.Connection, party: PartyId) -> Iterable[LayerId]:
        """The layers whose resources a party provides."""
        return self.catalogue.layers_of(connection, party)

    def close(self) -> None:
        """Give everything back."""
        self.base.close()
        self.database.close()


def _mask_secret(path: Path) -> bytes:
    """The key of masked fields' tokens."""
    if not path.is_file():
        raise Missing(
            Text(zh="缺少掩码密钥", en="the key of masks is missing"),
            field=str(path),
            remedy=Text(zh="从备份恢复", en="restore it from a backup"),
        )
    return path.read_bytes()


def build(settings: Settings) -> Platform:
    """Wire an installation from its settings; opens nothing that it does not need yet."""
    home = settings.home
    database = Database(settings.database or sqlite_url(home / "control.sqlite"))
    rows: RowStore = open_embedded(home / "layers") if settings.embedded else open_postgis(database)
    feed, jobs, generation = Feed(), Jobs(), Generation(database)
    return Platform(
        settings=settings,
        database=database,
        blobs=FolderBlobs(home / "originals"),
        feed=feed,
        jobs=jobs,
        generation=generation,
        base=Base(database, rows, feed, jobs, generation, _mask_secret(home / "keys" / "mask")),
        catalogue=Catalogue(),
        search=SearchIndex(database),
        styles=Styles(),
        deliveries=Deliveries(),
        # Beside the originals, so that a whole upload becomes one by a rename.
        uploads=Uploads(
            home / "originals" / "uploads",
            size=settings.upload_limit,
            share=settings.upload_share,
            space=settings.upload_space,
        ),
        mappings=Mappings(),
        parties=Parties(),
        accounts=Accounts(),
        grants=Grants(generation),
        scopes=ScopeCache(database, generation),
        signer=FileSigner.load(home / "keys" / "audit.pem"),
        heads=HeadFile(home / "audit" / "head.json"),
        use=UseCounter(database, settings.timezone),
    )
