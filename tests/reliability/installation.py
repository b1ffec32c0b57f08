"""Installations to disturb: founded once for each engine and stage, then copied for every trial."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

from diban.app import Platform, build, read_settings, write_city
from diban.ground import LayerId
from diban.store import reading
from tests.postgres import TEMPLATE, Cluster
from tests.reliability.forge import Act, Ended, Forge

LAYER = "buildings"
STEWARD, APPROVER, BUREAU, DATA = "housing.steward", "housing.approver", "planning.bureau", "data.bureau"
READER = "civil.steward"
SECURITY = "security.admin"
ERASED = 40
ACCOUNTS = (STEWARD, APPROVER, BUREAU, DATA, READER)


class Engine(StrEnum):
    """Where the rows lie."""

    EMBEDDED = "embedded"
    POSTGIS = "postgis"


class Stage(StrEnum):
    """How far an installation has come before the act that is disturbed, each on from the one before."""

    FOUNDED = "founded"
    """Registered, published, open to the public; nothing has landed."""
    LANDED = "landed"
    """The first file has landed."""
    WAITING = "waiting"
    """A file that removes a fifth waits for a person."""
    REVISED = "revised"
    """That file has landed too; the rows that it ended are not yet moved to the past."""
    ASKED = "asked"
    """Some features, in both versions, are to be erased for good; one person has asked for it."""


@dataclass(frozen=True)
class City:
    """The files that a department sends, in the order of their stages; `other` competes with `update`."""

    folder: Path

    @property
    def first(self) -> Path:
        return self.folder / "buildings.gpkg"

    @property
    def update(self) -> Path:
        return self.folder / "buildings-update.gpkg"

    @property
    def other(self) -> Path:
        return self.folder / "buildings-other.gpkg"

    @property
    def cut(self) -> Path:
        return self.folder / "buildings-cut.gpkg"

    @property
    def faulty(self) -> Path:
        return self.folder / "buildings-faulty.geojson"


def draw_city(folder: Path, buildings: int) -> City:
    """The sample city with two files more: one without a fiftieth, one without a fifth of its buildings."""
    write_city(folder, buildings=buildings)
    city = City(folder)
    for path, nth in ((city.other, 50), (city.cut, 5)):
        shutil.copy(city.first, path)
        connection = sqlite3.connect(path)
        with connection:
            connection.execute("DELETE FROM buildings WHERE fid % ? = 0", (nth,))
        connection.close()
    sheet = folder / "parties.csv"
    head, *rows = sheet.read_text(encoding="utf-8").splitlines(keepends=True)
    sheet.write_text(
        head + "".join(row for row in rows if any(name in row for name in ACCOUNTS)), encoding="utf-8"
    )
    return city


@dataclass(frozen=True)
class Installation:
    """A home folder whose commands run in the forge."""

    engine: Engine
    home: Path
    city: City
    forge: Forge

    def diban(self, *arguments: object) -> Act:
        """Begin a command on this installation."""
        return self.forge.diban(*map(str, arguments), env={"DIBAN_HOME": str(self.home)})

    def done(self, *arguments: object) -> Ended:
        """A command that must succeed."""
        ended = self.diban(*arguments).wait()
        assert ended.code == 0, f"diban {arguments}: exit {ended.code}\n{ended.out}\n{ended.err}"
        return ended

    def submit(self, file: Path, key: str = "") -> Act:
        """Begin to deliver a file of the city; without a key the same file is the same delivery."""
        keyed = ["--key", key] if key else []
        return self.diban("submit", file, "--layer", LAYER, "--as", STEWARD, "--json", *keyed)

    def accept(self, delivery: str, login: str = BUREAU) -> Act:
        """Begin to accept what waits."""
        return self.diban("review", delivery, "--accept", "--as", login, "--why", "核实无误")

    def ask_to_erase(self, fids: Iterable[int]) -> str:
        """Ask that features of the layer be erased for good; the erasure's id."""
        named = [part for fid in fids for part in ("--fid", str(fid))]
        asked = self.done("expunge", "--layer", LAYER, *named, "--reason", "涉密", "--as", BUREAU)
        return next(word for word in asked.out.split() if word.startswith("exp_"))

    def found(self, database: str) -> None:
        """Found it, with the layer of buildings published and open to everybody."""
        self.done("init", "--database", database)
        self.done("organisation", self.city.folder / "parties.csv", "--as", "system.admin")
        self.done("register", self.city.folder / "buildings.json", "--as", STEWARD)
        for login in (STEWARD, APPROVER, STEWARD, DATA):
            self.done("publish", LAYER, "--as", login)
        self.done("access", LAYER, "--as", DATA)

    @contextmanager
    def opened(self) -> Iterator[Platform]:
        """Its platform in this process."""
        platform = build(read_settings(self.home))
        try:
            yield platform
        finally:
            platform.close()

    @cached_property
    def layer(self) -> LayerId:
        """The id of the layer of buildings."""
        with self.opened() as platform, reading(platform.database) as connection:
            found = platform.catalogue.by_layer_slug(connection, LAYER).layer(LAYER).layer
        assert found is not None
        return found

    def content(self) -> str:
        """The hash of the layer's current version; "" for none."""
        with self.opened() as platform:
            current = platform.base.current(self.layer)
        return "" if current is None else str(current.content)


@dataclass(frozen=True)
class Template:
    """An installation at rest; `copy` it. ``cluster`` is the server of a PostGIS one.

    ``waiting`` is the delivery or the erasure that waits for a person; ``content`` what the layer holds.
    """

    source: Installation
    cluster: Cluster | None
    database: str = ""
    waiting: str = ""
    content: str = ""

    @contextmanager
    def copy(
        self, folder: Path, forge: Forge | None = None, *, port: int | None = None, tablespace: str = ""
    ) -> Iterator[Installation]:
        """The same installation again, to be spoilt; gone at the end.

        ``port``: where its database is met; ``tablespace``: where the tables lie.
        """
        home = folder / f"home-{secrets.token_hex(4)}"
        shutil.copytree(self.source.home, home)
        made = replace(self.source, home=home, forge=forge or self.source.forge)
        name = f"copy_{secrets.token_hex(6)}"
        try:
            if self.cluster is not None:
                execute(self.cluster, "CREATE DATABASE {} TEMPLATE {}", name, self.database)
                if tablespace:
                    _move(self.cluster, name, tablespace)
                met = replace(self.cluster, port=port or self.cluster.port)
                _settle(home, met.url(name))
            yield made
        finally:
            if self.cluster is not None:
                execute(self.cluster, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            shutil.rmtree(home)


def _settle(home: Path, database: str) -> None:
    """Let a copied home folder use another database."""
    settings = home / "diban.toml"
    kept = [line for line in settings.read_text(encoding="utf-8").splitlines() if "database" not in line]
    settings.write_text("\n".join([f'database = "{database}"', *kept, ""]), encoding="utf-8")


def _move(cluster: Cluster, database: str, tablespace: str) -> None:
    """Let all tables and indexes, also those to come, lie in a tablespace; the server's own stay."""
    for kind in ("TABLE", "INDEX"):
        moved = f"ALTER {kind} ALL IN TABLESPACE pg_default SET TABLESPACE {{}}"
        execute(cluster, moved, tablespace, database=database)
    execute(cluster, "ALTER DATABASE {} SET default_tablespace = {}", database, tablespace)


def execute(cluster: Cluster, statement: str, *names: str, database: str = "postgres") -> None:
    """A statement about a database or its server."""
    with psycopg.connect(cluster.url(database, "postgresql"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class Templates:
    """All stages of all engines over one city, each made from the one before when it is first asked for."""

    def __init__(self, folder: Path, city: City, forge: Forge) -> None:
        self._folder, self._city, self._forge = folder, city, forge
        self._made: dict[tuple[Engine, Stage], Template] = {}

    def get(self, engine: Engine, stage: Stage, cluster: Cluster | None) -> Template:
        """The template; ``cluster`` only for PostGIS."""
        key = (engine, stage)
        if key not in self._made:
            before = list(Stage).index(stage) - 1
            earlier = None if before < 0 else self.get(engine, list(Stage)[before], cluster)
            self._made[key] = self._make(engine, stage, cluster, earlier)
        return self._made[key]

    def _make(
        self, engine: Engine, stage: Stage, cluster: Cluster | None, earlier: Template | None
    ) -> Template:
        home, name = (
            self._folder / f"{engine}-{stage}",
            f"template_{self._folder.name}_{stage}".replace("-", "_"),
        )
        made = Installation(engine, home, self._city, self._forge)
        if cluster is not None:
            source = earlier.database if earlier else TEMPLATE
            execute(cluster, "CREATE DATABASE {} TEMPLATE {}", name, source)
        if earlier is None:
            made.found("" if cluster is None else cluster.url(name))
        else:
            shutil.copytree(earlier.source.home, home)
            if cluster is not None:
                _settle(home, cluster.url(name))
        waiting = "" if earlier is None else earlier.waiting
        if stage is Stage.LANDED:
            assert made.submit(self._city.first).wait().answer()["state"] == "landed"
        elif stage is Stage.WAITING:
            answer = made.submit(self._city.cut).wait().answer()
            assert answer["state"] == "waiting"
            waiting = answer["id"]
        elif stage is Stage.REVISED:
            assert made.accept(waiting).wait().code == 0
        elif stage is Stage.ASKED:
            waiting = made.ask_to_erase(range(1, ERASED + 1))
        return Template(made, cluster, name, waiting, made.content())
