"""The application: blocks put together, with what holds for every request around them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cache

from fastapi import FastAPI
from fastapi.routing import APIRoute

from diban.share.administration.audit import audit_block
from diban.share.administration.condition import condition_block
from diban.share.administration.grants import grants_block
from diban.share.administration.jobs import jobs_block
from diban.share.administration.keys import keys_block
from diban.share.administration.parties import parties_block
from diban.share.administration.people import people_block
from diban.share.block import Block
from diban.share.deliveries.acts import delivery_acts_block
from diban.share.deliveries.inbox import inbox_block
from diban.share.deliveries.inbox_acts import inbox_acts_block
from diban.share.deliveries.pages import deliveries_block
from diban.share.deliveries.uploads import uploads_block
from diban.share.http.application import Application
from diban.share.http.asking import Asking
from diban.share.http.cross_origin import CrossOrigin
from diban.share.http.direct import Direct
from diban.share.http.openapi import TITLE, describe
from diban.share.http.packing import Packing
from diban.share.http.portal_files import serve_portal
from diban.share.http.problems import answer_faults
from diban.share.http.remembering import Remembering
from diban.share.http.requests import Guard
from diban.share.offered.counts import Counts
from diban.share.offered.desk import Desk
from diban.share.offered.directory import Directory
from diban.share.offered.holdings import Holdings
from diban.share.ogc.core import core_block
from diban.share.ogc.downloads import downloads_block
from diban.share.ogc.features import features_block
from diban.share.ogc.styles import styles_block
from diban.share.ogc.tiles import tiles_block
from diban.share.pages.assets import assets_block
from diban.share.pages.catalogue import catalogue_block
from diban.share.pages.history import history_block
from diban.share.pages.home import home_block
from diban.share.pages.mappings import mappings_block
from diban.share.pages.operations import operations_block
from diban.share.pages.platform import platform_block
from diban.share.pages.search import search_block
from diban.share.pages.session import session_block
from diban.share.pages.style_editor import style_editor_block
from diban.share.pages.use import use_block
from diban.share.services import VERSION, Services

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def api(services: Services, *, lifespan: Lifespan | None = None) -> Application:
    """The application over these services; ``lifespan`` surrounds its life."""
    app = Application(
        title=TITLE,
        version=VERSION,
        openapi_url=None,  # the core block answers it
        lifespan=lifespan,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
    )
    asking = Asking(services)
    blocks = _blocks(services, asking)
    routers = [block.router(services) for block in blocks]
    for router in routers:
        app.include_router(router)
    app.openapi = cache(lambda: describe(app))  # type: ignore[method-assign]  # the framework says so
    serve_portal(app, services.static)
    answer_faults(app)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    app.surround(Packing)
    app.surround(Direct, routes=routes)
    remembered = [block.remembered for block in blocks if block.remembered is not None]
    app.surround(Remembering, answers=remembered, renewed=(services.generation, asking))
    app.surround(Guard, address=services.address)
    app.surround(CrossOrigin, address=services.address)
    return app


def blocks_of(services: Services) -> tuple[Block, ...]:
    """Every service, the one that lists the others first."""
    return _blocks(services, Asking(services))


def _blocks(services: Services, asking: Asking) -> tuple[Block, ...]:
    directory, counts = Directory(services), Counts(services)
    desk, holdings = Desk(services, asking, directory), Holdings(services, counts)
    offered = (
        features_block(desk, counts),
        tiles_block(services, desk, holdings),
        styles_block(desk),
        downloads_block(desk),
        assets_block(desk),
        history_block(desk),
        platform_block(asking),
        session_block(asking),
        catalogue_block(asking, directory, holdings),
        search_block(desk, directory, holdings),
        uploads_block(asking),
        deliveries_block(asking),
        delivery_acts_block(asking),
        mappings_block(asking),
        style_editor_block(asking),
        inbox_block(asking),
        inbox_acts_block(asking, directory),
        use_block(asking, directory),
        home_block(asking, directory, holdings),
        keys_block(asking),
        people_block(asking),
        parties_block(asking, directory),
        grants_block(asking, directory),
        jobs_block(asking, directory),
        audit_block(asking),
        condition_block(asking),
        operations_block(),
    )
    return (core_block(offered, asking, directory, desk, holdings), *offered)


def _operation(route: APIRoute) -> str:
    return f"{route.tags[0]}.{route.name}" if route.tags else route.name
