"""The server: processes that answer requests, and the worker in one of its own beside them."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from fastapi import FastAPI
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from diban.app.commands.terminal import errors, say
from diban.app.journeys.bureau import Bureau
from diban.app.journeys.granting import public_party
from diban.app.journeys.road import Road
from diban.app.listening import require_listening
from diban.app.open_files import most_connections, raise_open_files, too_few
from diban.app.readiness import readiness
from diban.app.settings import Settings, read_settings
from diban.app.slow_readers import cut_slow_readers
from diban.app.wiring import Platform, build
from diban.app.work.keeper import end_with
from diban.app.work.logs import log_as_json
from diban.app.work.process import is_worker_alive, worker_beside
from diban.share import Measures, Services, api, forget_measures
from diban.store import migrate, reading

HOME, WORKING, SERVER = "DIBAN_SERVED_HOME", "DIBAN_SERVED_WORKING", "DIBAN_SERVER"
MEASURES = "metrics"
STATIC = Path(__file__).parent / "static"
GRACE_SECONDS = 20
HEADER_SECONDS = 30
"""In which a head must have come; it runs from the answer before, so that an idle connection ends too."""
BACKLOG = 4096
YOUNG_OBJECTS = 20_000
"""New objects after which those that refer to each other are looked for: a page of features makes 1,500."""


def run(settings: Settings, host: str, port: int, processes: int, *, working: bool = True) -> None:
    """Serve until a signal asks to stop; requests under way are answered first.

    ``working``: with a worker beside; else one runs elsewhere. `Invalid` where it cannot listen.
    """
    if (words := too_few(raise_open_files())) is not None:
        errors.print(f"[yellow]![/] {say(words)}")
    platform = build(settings)
    migrate(platform.database)
    platform.close()
    log_as_json()
    forget_measures(settings.home / MEASURES)
    os.environ[HOME], os.environ[WORKING] = str(settings.home), "1" if working else ""
    os.environ[SERVER] = str(os.getpid())
    server = Granian(
        "diban.app.server:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        runtime_threads=1,
        # HTTP/2 comes from the server before this one: without TLS a silent connection would be
        # waited for without end, until it is known which of the two it speaks.
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        backlog=BACKLOG,
        backpressure=most_connections(),
        workers_kill_timeout=GRACE_SECONDS,
        respawn_failed_workers=True,
        log_access=False,
    )
    require_listening(host, port)  # what was done meanwhile takes a while, in which another may have begun
    with worker_beside(settings.home) if working else nullcontext():
        server.serve()


def application() -> FastAPI:
    """The application of one serving process, which ends with the process that started it."""
    end_with(int(os.environ[SERVER]))
    log_as_json()
    served = serve_platform(build(read_settings(Path(os.environ[HOME]))))
    _collect_seldom()
    return served


def _collect_seldom() -> None:
    """Look for garbage seldom, and never among what was there before the first request.

    Answers are freed when they are sent, without being looked for: a search finds hardly anything.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


def serve_platform(platform: Platform) -> FastAPI:
    """The services over a platform, with use counting for as long as they run."""
    folder = platform.settings.home / MEASURES
    folder.mkdir(exist_ok=True)
    measures = Measures(folder)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        platform.use.start()
        measures.start()
        cutting = asyncio.create_task(cut_slow_readers())
        yield
        cutting.cancel()
        measures.stop()
        platform.use.close()
        platform.close()

    return api(services_of(platform), lifespan=lifespan)


def services_of(platform: Platform) -> Services:
    """What the services need of the platform."""
    with reading(platform.database) as connection:
        public = public_party(connection)
    return Services(
        database=platform.database,
        base=platform.base,
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
        generation=platform.generation,
        title=platform.settings.title,
        area=platform.settings.area,
        public_party=public,
        own_layers=platform.layers_of,
        secure_cookies=platform.settings.secure,
        static=STATIC if (STATIC / "index.html").is_file() else None,
        measures=platform.settings.home / MEASURES,
        files=platform.files,
        address=platform.settings.address,
        read_seconds=platform.settings.read_seconds,
        tile_memory=platform.settings.tile_memory,
        ready=lambda: {part.name: part.well for part in readiness(platform)} | _worker(platform),
    )


def _worker(platform: Platform) -> dict[str, bool]:
    """Whether the worker beside is alive; nothing where there is none."""
    return {"worker": is_worker_alive(platform.settings.home)} if os.environ.get(WORKING) else {}
