"""``python -m bench.search [--postgis]``: search at city size; figures go to `docs/benchmarks-search.md`."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import shapely
import sqlalchemy as sa
import structlog

from bench.names import place_name, queries, resource_name
from bench.place import AREA, LOGIN, Place, asker_of, make_place
from bench.report import Figure, write_table
from diban.app import rebuild, register, services_of
from diban.catalogue import Entry, State, entry_as_json
from diban.governance import issue_key
from diban.ground import CGCS2000, AccountId, FeatureSet, Mode, Schema, Text, micros, new_id, now
from diban.share import api
from diban.store import metadata, reading, unit
from tests.postgres import running_cluster
from tests.share.client import Client

FOLDER = Path(os.environ.get("DIBAN_BENCH", ".bench"))
OUT = Path("docs/benchmarks-search.md")
RESOURCES, FEATURES, LAYERS = 50_000, 1_000_000, 4
QUERIES = 420
SAID = (
    "Resources and places with made-up names (`bench/names.py`), four layers of points, an API key's scope; "
    "each query once, after 30 others, in process through the whole application."
)


def main() -> None:
    """Measure, print, record."""
    load = os.getloadavg()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures = list(_figures("embedded", ""))
    if "--postgis" in sys.argv[1:]:
        with running_cluster() as cluster, cluster.database() as database:
            figures += _figures("PostGIS", database)
    write_table(OUT, "Benchmarks of search", "`python -m bench.search`", figures, load, SAID)
    sys.exit(0 if all(figure.clears for figure in figures) else 1)


def _figures(engine: str, database: str) -> Iterator[Figure]:
    place = make_place(FOLDER / f"search-{engine}", database)
    names = _fill(place)
    begun, before, small = time.perf_counter(), _peak_mb(), _size_mb(place)
    count = rebuild(place.platform)
    seconds = time.perf_counter() - begun
    yield Figure(
        f"{engine}: index of {RESOURCES:,} resources and {FEATURES:,} features built ({count:,} names)",
        f"{seconds:.0f} s ({count / seconds:,.0f} names/s), peak memory +{_peak_mb() - before:.0f} MB",
        "minutes",
        seconds <= 600,
    )
    size = _size_mb(place) - small
    yield Figure(
        f"{engine}: size of the index", f"{size:.0f} MB ({size * 1e6 / count:.0f} B a name)", "–", True
    )
    taken = _ask(place, names)
    whole = sorted(one for some in taken.values() for one, _ in some)
    p95, worked = _share(whole, 0.95), sorted(one for some in taken.values() for _, one in some)
    yield Figure(
        f"{engine}: {len(whole)} mixed queries, p50 / p95 / longest",
        f"{_share(whole, 0.5):.0f} / {p95:.0f} / {whole[-1]:.0f} ms",
        "p95 ≤ 100 ms",
        p95 <= 100,
    )
    yield Figure(
        f"{engine}: processor time of the same in this process, p50 / p95 / longest",
        f"{_share(worked, 0.5):.0f} / {_share(worked, 0.95):.0f} / {worked[-1]:.0f} ms",
        "–",
        True,
    )
    sorts = {sort: _share(sorted(one for _, one in some), 0.95) for sort, some in taken.items()}
    told = (f"{sort} {sorts[sort]:.0f}" for sort in sorted(sorts, key=lambda sort: -sorts[sort]))
    yield Figure(f"{engine}: p95 of processor time by sort of query, ms", ", ".join(told), "–", True)
    place.platform.close()


def _fill(place: Place) -> list[str]:
    """The layers and resources; some of the names, to ask for."""
    platform, rng = place.platform, random.Random(39)
    description = _description()
    entered = register(platform, description, asker_of(platform, LOGIN))
    asked = []
    forward = (State.REGISTRATION_REVIEW, State.REGISTERED, State.PUBLICATION_REVIEW, State.PUBLISHED)
    for state in forward:
        with unit(platform.database) as act:
            seen = platform.catalogue.get(act.connection, entered.id)
            platform.catalogue.move(act, seen, state, AccountId("bench"), "")
    for layer in entered.layers:
        assert layer.layer is not None
        names = [place_name(rng) for _ in range(FEATURES // LAYERS)]
        asked += names[:200]
        features = _features(platform.base.schema(layer.layer), names)
        changes = platform.base.compare(layer.layer, features, None, Mode.FULL, FOLDER / "plan")
        staged = platform.base.stage(changes, f"bench-{layer.slug}", lambda done: None)
        with unit(platform.database) as act:
            version = platform.base.flip(act, staged)
            assert version.landed_at is not None
            platform.catalogue.set_landed(
                act, layer.layer, version.id, version.rows, version.extent, version.landed_at
            )
    _copy_resources(place, entered.entry, rng)
    return asked


def _features(schema: Schema, names: list[str]) -> FeatureSet:
    """Points over the area, each with a name."""
    rng = np.random.default_rng(len(names))
    x = AREA.west + rng.random(len(names)) * (AREA.east - AREA.west)
    y = AREA.south + rng.random(len(names)) * (AREA.north - AREA.south)
    table = pa.table(
        {
            "code": pa.array([f"N{number:07d}" for number in range(len(names))]),
            "name": pa.array(names),
            "geometry": pa.array(shapely.to_wkb(shapely.points(x, y), flavor="iso"), pa.binary()),
        }
    )
    return FeatureSet.of(schema, CGCS2000, table.cast(schema.arrow()).to_batches(max_chunksize=10_000))


def _copy_resources(place: Place, entry: Entry, rng: random.Random) -> None:
    """So many published resources; as rows, since entering each by its five acts would take the hour."""
    rows, moment = [], micros(now())
    for number in range(RESOURCES - 1):
        zh, en = resource_name(rng, number)
        layer = replace(entry.layers[0], slug=f"resource-{number}")
        made = replace(entry, slug=f"resource-{number}", title=Text(zh=zh, en=en), layers=(layer,))
        values = {"id": new_id("res"), "slug": made.slug, "provider": made.provider, "revision": 5}
        times = dict.fromkeys(("created_at", "changed_at", "published_at"), moment)
        told = {"entry": orjson.dumps(entry_as_json(made)).decode(), "words": zh, "code": None}
        rows.append({**values, **times, **told, "state": State.PUBLISHED.value})
    for start in range(0, len(rows), 5_000):
        with unit(place.platform.database) as act:
            some = rows[start : start + 5_000]
            act.connection.execute(sa.insert(metadata.tables["resource"]), some)
            layers = [{"slug": row["slug"], "resource": row["id"], "rows": 0} for row in some]
            act.connection.execute(sa.insert(metadata.tables["resource_layer"]), layers)
            place.platform.generation.bump(act)


def _ask(place: Place, names: list[str]) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each query, by the clock and of this process's work, by sort."""
    platform, rng = place.platform, random.Random(95)
    with reading(platform.database) as connection:
        account = platform.accounts.find(connection, LOGIN)
    assert account is not None
    with unit(platform.database) as act:
        _, key = issue_key(act, account, account.party, "bench", now() + timedelta(days=1))
    taken: dict[str, list[tuple[float, float]]] = defaultdict(list)
    app = api(services_of(platform))
    with asyncio.Runner() as runner:
        client = Client(app, runner, {"X-API-Key": key})
        for number, (sort, words) in enumerate(queries(rng, names, 30 + QUERIES)):
            begun, worked = time.perf_counter(), time.process_time()
            client.read("/api/search", q=words, limit=8)
            if number >= 30:
                ended, work = time.perf_counter(), time.process_time()
                taken[sort].append(((ended - begun) * 1000, (work - worked) * 1000))
    return taken


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _size_mb(place: Place) -> float:
    """Megabytes in use: of the index's tables on PostgreSQL, of the whole control file on SQLite."""
    with reading(place.platform.database) as connection:
        if place.platform.database.embedded:
            pages, free, size = (
                connection.execute(sa.text(f"PRAGMA {name}")).scalar_one()
                for name in ("page_count", "freelist_count", "page_size")
            )
            return float((pages - free) * size / 1e6)
        asked = (
            "SELECT SUM(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE :of"
        )
        return float(connection.execute(sa.text(asked), {"of": "search%"}).scalar_one()) / 1e6


def _description() -> dict[str, object]:
    words = {"zh": "地名", "en": "names"}
    titles = {"code": {"zh": "代码", "en": "code"}, "name": {"zh": "名称", "en": "name"}}
    fields = [
        {"name": name, "kind": "text", "title": title, "required": name == "code"}
        for name, title in titles.items()
    ]
    schema = {"geometry": "point", "key": "code", "fields": fields}
    layers = [{"slug": f"names-{number}", "title": words, "schema": schema} for number in range(LAYERS)]
    said = dict.fromkeys(("title", "abstract", "licence", "source"), words)
    plain = {"category": "30100101", "format": "database", "cycle": "monthly", "method": "service"}
    shared = {"sharing": "unconditional", "opening": "open", "provider": "测量局", "owner": "测量局"}
    return {"slug": "names", **said, **plain, **shared, "layers": layers}


if __name__ == "__main__":
    main()
