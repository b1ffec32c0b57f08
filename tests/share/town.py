"""A made-up town: an installation in a folder, with parties, grants, published layers, and the services."""

from __future__ import annotations

import asyncio
import io
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import shapely
import sqlalchemy as sa

from diban.app import PUBLIC, Bureau, Platform, Road, Settings, rebuild
from diban.base import Base, Version
from diban.base.embedded import open_embedded
from diban.catalogue import Catalogue, Entry, LayerEntry, Resource, SearchIndex, Sharing, State, Styles
from diban.governance import (
    Account,
    Accounts,
    By,
    FileSigner,
    Grants,
    HeadFile,
    Parties,
    Party,
    PartyKind,
    Role,
    ScopeCache,
    UseCounter,
    hash_password,
    issue_key,
    open_session,
)
from diban.ground import (
    AccountId,
    AllOf,
    AssetKind,
    Compare,
    Extent,
    Field,
    GeometryKind,
    Kind,
    LayerId,
    LayerScope,
    Mask,
    Mode,
    PartyId,
    Schema,
    Text,
    asset_schema,
    facts_sent,
    now,
)
from diban.intake import Deliveries, Mappings, Uploads
from diban.share import Services, api
from diban.share.http.application import Application
from diban.share.http.asking import COOKIE
from diban.store import (
    Database,
    Feed,
    FolderBlobs,
    Generation,
    Jobs,
    migrate,
    reading,
    setting,
    sqlite_url,
    unit,
)
from tests.catalogue.made_up import ENTRY
from tests.contract.board import Row, features_of, square
from tests.share.client import HOST, Client

PASSWORD = "a long enough password"
ROWS = 200
MOST_BYTES = 8_000_000
"""Of one upload."""
MOST_SHARED = 2 * MOST_BYTES + 1000
"""Of one party's uploads."""
COLUMNS = 20
ZOOM, ROW, COLUMN = 13, 3570, 6690
"""The tile that holds all buildings."""
WEST, SOUTH, STEP, SIDE = 114.0, 22.5, 0.001, 0.0005
BUILDINGS = Schema(
    (
        Field("code", Kind.TEXT, Text(zh="编号", en="code"), unique=True),
        Field("name", Kind.TEXT, Text(zh="名称", en="name")),
        Field("owner", Kind.TEXT, Text(zh="业主", en="owner")),
        Field("floors", Kind.INTEGER, Text(zh="层数", en="floors")),
        Field("cost", Kind.DECIMAL, Text(zh="造价", en="cost"), digits=18, scale=2),
        Field("weight", Kind.FLOAT, Text(zh="重量", en="weight")),
        Field("built", Kind.DATE, Text(zh="竣工", en="built")),
        Field("seen", Kind.INSTANT, Text(zh="巡查", en="seen")),
        Field("listed", Kind.BOOLEAN, Text(zh="保护", en="listed")),
    ),
    geometry=GeometryKind.POLYGON,
    key="code",
)
PERMITS = Schema(
    (
        Field("code", Kind.TEXT, Text(zh="编号", en="code"), unique=True),
        Field("begins", Kind.DATE, Text(zh="起", en="begins")),
        Field("ends", Kind.DATE, Text(zh="止", en="ends")),
    ),
    geometry=GeometryKind.POINT,
    key="code",
    valid_from="begins",
    valid_to="ends",
)
REGISTER = Schema(
    (
        Field("code", Kind.TEXT, Text(zh="编号", en="code"), unique=True),
        Field("words", Kind.TEXT, Text(zh="内容", en="words")),
    ),
    geometry=GeometryKind.NONE,
    key="code",
)
WHOLE = LayerScope()
PLAN = "".join(f"<script>规划 {number}</script>\n" for number in range(500)).encode()
PLAN_NAME = '规划"大纲\n2026.txt'
"""The document of the housing bureau, and the name under which it was sent."""
CLINIC = LayerScope(
    fields=frozenset({"code", "name", "owner", "floors"}),
    rows=AllOf((Compare("floors", "<=", 5),)),
    masks=(("name", Mask.HIDE), ("owner", Mask.ENDS)),
)
"""What the clinic was granted of the buildings: three fields, one of them masked, low houses only."""
COARSE = LayerScope(area=shapely.to_wkb(shapely.box(114.0, 22.5, 114.0049, 22.51)), decimals=2, max_zoom=14)
"""What the school was granted of the buildings: the western quarter, roughly, no close look."""


def building(number: int) -> Row:
    """A building by its number: twenty to a street, the streets from south to north."""
    street, place = divmod(number, COLUMNS)
    return {
        "code": f"B{number:04d}",
        "name": f"楼 {number % 7}",
        "owner": f"张{number}三",
        "floors": number % 10,
        "cost": Decimal(number * 100_000_000_000_001) / 100,
        "weight": number / 8,
        "built": date(2000, 1, 1) + timedelta(days=number),
        "seen": datetime(2026, 11, 22, 8, tzinfo=UTC) + timedelta(microseconds=number),
        "listed": number % 2 == 0,
        "geometry": square(WEST + place * STEP, SOUTH + street * STEP, SIDE),
    }


def permits() -> list[Row]:
    """Four permits: of one spring, of a later summer, without an end, always."""
    spans = (
        (date(2026, 3, 1), date(2026, 6, 1)),
        (date(2026, 6, 1), date(2026, 9, 1)),
        (date(2026, 9, 1), None),
        (None, None),
    )
    return [
        {
            "code": f"P{number}",
            "begins": begins,
            "ends": ends,
            "geometry": shapely.Point(114.0 + number / 100, 22.5),
        }
        for number, (begins, ends) in enumerate(spans)
    ]


def register() -> list[Row]:
    """Rows without a place."""
    return [{"code": f"R{number:03d}", "words": "<script>alert(1)</script>"} for number in range(30)]


REPORT: dict[str, Any] = {
    "score": 62.5,
    "rows": 200,
    "faulty_rows": 2,
    "rules": [],
    "findings": [
        {
            "code": "required.missing",
            "severity": "error",
            "rule": {"zh": "必填", "en": "required"},
            "message": {"zh": "缺值", "en": "no value"},
            "remedy": {"zh": "补上", "en": "fill it in"},
            "field": "owner",
            "count": 2,
            "places": [{"row": 3, "lon": 114.0, "lat": 22.5, "value": "张三"}, {"row": 9}],
        }
    ],
}
CHANGES = {"on": None, "added": 200, "changed": 0, "removed": 0, "unchanged": 0}


@dataclass
class Town:
    """The installation, and what a test needs to ask it and to change it."""

    services: Services
    platform: Platform
    grants: Grants
    folder: Path
    parties: dict[str, Party]
    layers: dict[str, LayerId]
    runner: asyncio.Runner
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.app: Application = api(self.services)

    def client(self, party: str | None = None) -> Client:
        """Somebody who asks with a key of this party, or nobody."""
        headers = {} if party is None else {"X-API-Key": self.key(party)}
        return Client(self.app, self.runner, {"Accept-Language": "en", **headers})

    def browser(self, login: str) -> Client:
        """Somebody who has signed in."""
        client = self.client()
        client.headers["X-Diban-Request"] = "1"
        client.cookies.set(COOKIE, self.session(login), domain=HOST)
        return client

    def key(self, party: str) -> str:
        """The text of a fresh key for a party."""
        account, until = self.account(party), now() + timedelta(days=1)
        with unit(self.services.database) as act:
            return issue_key(act, account, account.party, "tests", until)[1]

    def session(self, login: str) -> str:
        """The token of a fresh session."""
        account = self.account(login)
        with unit(self.services.database) as act:
            return open_session(act, account.id)

    def account(self, login: str) -> Account:
        """The account of a login."""
        with reading(self.services.database) as connection:
            found = self.services.accounts.find(connection, login)
        assert found is not None
        return found

    def hire(self, login: str, role: Role, party: PartyId | None = None) -> Client:
        """A further account, signed in; unless one is named, of a party that is what its role says."""
        with unit(self.services.database) as act:
            if party is None:
                party = Parties().add(act, PartyKind(role.value), Text(zh=login, en=login)).id
            made = Accounts().add(act, login, Text(zh=login, en=login), party, frozenset({role}), "")
            Accounts().set_password(act, made.id, "", own=True)
        return self.browser(login)

    def land(self, slug: str, rows: Sequence[Row]) -> Version:
        """Deliver these rows in full and make them the current version."""
        base, layer = self.services.base, self.layers[slug]
        number, current = f"{next(self.numbers)}-{time.monotonic_ns()}", base.current(layer)
        features = features_of(base.schema(layer), rows)
        plan = self.folder / f"plan-{number}"
        changes = base.compare(layer, features, None if current is None else current.id, Mode.FULL, plan)
        staged = base.stage(changes, f"delivery-{number}", lambda done: None)
        with unit(self.services.database) as act:
            version = base.flip(act, staged)
            moment = version.landed_at
            assert moment is not None
            self.services.catalogue.set_landed(act, layer, version.id, version.rows, version.extent, moment)
        return version

    def file(self, slug: str, content: bytes, name: str) -> Version:
        """Keep a document among the originals and make it the current version of its layer."""
        digest = self.platform.blobs.put(io.BytesIO(content), limit=len(content))
        facts: Row = {**facts_sent(AssetKind.DOCUMENT, name, digest, len(content)), "size": len(content)}
        return self.land(slug, [{**facts, "media_type": "text/plain", "pages": None}])

    def enter(self, entry: Entry) -> Resource:
        """Enter a resource and make its layers, empty."""
        with unit(self.services.database) as act:
            entered = self.services.catalogue.enter(act, entry, AccountId("steward"))
            for layer in entry.layers:
                self.layers[layer.slug] = self.services.base.create(act, layer.schema)
                self.services.catalogue.attach_layer(act, entered, layer.slug, self.layers[layer.slug])
            self.services.generation.bump(act)
        return entered

    def move(self, slug: str, *states: State) -> None:
        """Move a resource on."""
        for state in states:
            with unit(self.services.database) as act:
                seen = self.services.catalogue.by_slug(act.connection, slug)
                self.services.catalogue.move(act, seen, state, AccountId("approver"), "because")
                self.services.generation.bump(act)

    def publish(self, entry: Entry) -> None:
        """Enter a resource and take it all the way."""
        self.enter(entry)
        forward = (State.REGISTRATION_REVIEW, State.REGISTERED, State.PUBLICATION_REVIEW, State.PUBLISHED)
        self.move(entry.slug, *forward)

    def grant(self, party: str, slug: str, limits: LayerScope = WHOLE) -> str:
        """Let a party see a layer."""
        with unit(self.services.database) as act:
            return self.grants.give(
                act,
                By("approver", "housing", "req_test"),
                party=self.parties[party].id,
                layer=self.layers[slug],
                limits=limits,
                purpose="tests",
                basis="tests",
            )

    def revoke(self, grant: str) -> None:
        """Take a grant back."""
        with unit(self.services.database) as act:
            self.grants.revoke(act, By("approver", "housing", "req_test"), grant, "over")

    def used(self) -> dict[tuple[str, int], int]:
        """Answers that were counted, by block and status."""
        self.services.use.flush()
        with reading(self.services.database) as connection:
            rows = connection.execute(sa.text("SELECT block, status, SUM(calls) FROM use_sum GROUP BY 1, 2"))
            return {(row[0], row[1]): row[2] for row in rows}

    def entry(self, slug: str, *layers: LayerEntry, sharing: Sharing = Sharing.CONDITIONAL) -> Entry:
        """A resource of the housing bureau."""
        provider = self.parties["housing"].id
        basis = Text(zh="某法", en="some law") if sharing is Sharing.WITHHELD else None
        return replace(
            ENTRY,
            slug=slug,
            layers=layers,
            provider=provider,
            owner=provider,
            sharing=sharing,
            sharing_basis=basis,
            source=Text(zh="<b>住房局</b>", en="<b>housing</b> bureau"),
        )


def layer(slug: str, schema: Schema) -> LayerEntry:
    """A declared layer titled by its slug."""
    return LayerEntry(slug, Text(zh=f"图层 {slug}", en=f"Layer {slug}"), schema)


PARTIES = (
    ("public", PartyKind.PUBLIC, Role.PUBLIC),
    ("housing", PartyKind.AGENCY, Role.STEWARD),
    ("transport", PartyKind.AGENCY, Role.STEWARD),
    ("clinic", PartyKind.AGENCY, Role.STEWARD),
    ("school", PartyKind.AGENCY, Role.STEWARD),
    ("archive", PartyKind.AGENCY, Role.STEWARD),
    ("bureau", PartyKind.DATA_BUREAU, Role.DATA_BUREAU),
)


@contextmanager
def open_town(
    folder: Path, parties: dict[str, Party], layers: dict[str, LayerId], static: Path | None = None
) -> Iterator[Town]:
    """The installation that lies in a folder."""
    database = Database(sqlite_url(folder / "control.sqlite"))
    generation = Generation(database)
    base = Base(database, open_embedded(folder), Feed(), Jobs(), generation)
    settings = Settings(folder, "样城空间平台", "Town Board", Extent(113.7, 22.4, 114.7, 22.9))
    platform = Platform(
        settings=settings,
        database=database,
        blobs=FolderBlobs(folder / "originals"),
        feed=Feed(),
        jobs=Jobs(),
        generation=generation,
        base=base,
        catalogue=Catalogue(),
        search=SearchIndex(database),
        styles=Styles(),
        deliveries=Deliveries(),
        mappings=Mappings(),
        uploads=_uploads(folder),
        parties=Parties(),
        accounts=Accounts(),
        grants=Grants(generation),
        scopes=ScopeCache(database, generation),
        signer=FileSigner.make(folder / "keys" / "audit.pem"),
        heads=HeadFile(folder / "audit" / "head.json"),
        use=UseCounter(database, settings.timezone),
    )
    services = Services(
        database=database,
        base=base,
        catalogue=platform.catalogue,
        search=platform.search,
        styles=platform.styles,
        deliveries=platform.deliveries,
        uploads=platform.uploads,
        journey=Road(platform),
        office=Bureau(platform),
        parties=platform.parties,
        accounts=platform.accounts,
        scopes=platform.scopes,
        use=platform.use,
        generation=generation,
        title=settings.title,
        area=settings.area,
        public_party=parties["public"].id,
        own_layers=platform.layers_of,
        secure_cookies=False,
        static=static,
        files=folder / "files",
        ready=lambda: {"database": True},
    )
    try:
        with asyncio.Runner() as runner:
            yield Town(services, platform, platform.grants, folder, parties, layers, runner)
    finally:
        base.close()
        database.close()


def _uploads(folder: Path) -> Uploads:
    place = folder / "originals" / "uploads"
    return Uploads(place, size=MOST_BYTES, share=MOST_SHARED, space=3 * MOST_BYTES)


def found_town(folder: Path) -> dict[str, Party]:
    """Make an installation with parties and one account for each, and nothing in it."""
    database = Database(sqlite_url(folder / "control.sqlite"))
    migrate(database)
    parties = _people(database)
    database.close()
    return parties


def _people(database: Database) -> dict[str, Party]:
    hashed, found = hash_password(PASSWORD), {}
    with unit(database) as act:
        for name, kind, role in PARTIES:
            found[name] = Parties().add(act, kind, Text(zh=name, en=name))
            title = Text(zh=name, en=name)
            made = Accounts().add(act, name, title, found[name].id, frozenset({role}), hashed)
            Accounts().set_password(act, made.id, hashed, own=True)
        office = Parties().add(
            act, PartyKind.AGENCY, Text(zh="office", en="office"), parent=found["transport"].id
        )
        act.connection.execute(sa.insert(setting).values(name=PUBLIC, value=found["public"].id))
        Accounts().add(
            act, "office", Text(zh="office", en="office"), office.id, frozenset({Role.STEWARD}), hashed
        )
    return {**found, "office": office}


def fill_town(town: Town) -> None:
    """What most tests read: buildings, permits, a register, something secret, and grants."""
    town.publish(town.entry("housing", layer("buildings", BUILDINGS), layer("permits", PERMITS)))
    town.publish(town.entry("papers", layer("register", REGISTER)))
    town.publish(town.entry("vault", layer("secrets", REGISTER), sharing=Sharing.WITHHELD))
    town.enter(town.entry("plans", layer("drafts", REGISTER)))
    town.land("buildings", [building(number) for number in range(ROWS)])
    town.land("permits", permits())
    for slug in ("register", "secrets", "drafts"):
        town.land(slug, register())
    town.grant("transport", "buildings")
    town.grant("transport", "permits")
    town.grant("clinic", "buildings", CLINIC)
    town.grant("school", "buildings", COARSE)
    town.grant("public", "register")
    rebuild(town.platform)


def add_plan(town: Town) -> None:
    """A document of the housing bureau, which the clinic may have, and of which the school may see a part."""
    town.publish(town.entry("outline", layer("plan", asset_schema(AssetKind.DOCUMENT))))
    town.file("plan", PLAN, PLAN_NAME)
    town.grant("clinic", "plan")
    town.grant("school", "plan", LayerScope(fields=frozenset({"file_name", "pages"})))


def features(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The properties of the features of an answer."""
    return [feature["properties"] for feature in answer["features"]]
