"""The application: blocks put together, with what holds for every request around them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI

from diban.share.asking import Asking
from diban.share.block import Block
from diban.share.catalogue_pages import catalogue_block
from diban.share.core import core_block
from diban.share.delivery_pages import deliveries_block
from diban.share.directory import Directory
from diban.share.features import features_block
from diban.share.operations import operations_block
from diban.share.platform import platform_block
from diban.share.portal_files import serve_portal
from diban.share.problems import answer_faults
from diban.share.requests import guard_requests
from diban.share.services import VERSION, Services
from diban.share.session import session_block
from diban.share.tiles import tiles_block

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def api(services: Services, *, lifespan: Lifespan | None = None) -> FastAPI:
    """The application over these services; ``lifespan`` surrounds its life."""
    app = FastAPI(
        title=services.title.en,
        version=VERSION,
        openapi_url="/ogc/api",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    for block in blocks_of(services):
        app.include_router(block.router(services))
    answer_faults(app)
    guard_requests(app)
    serve_portal(app, services.static)
    return app


def blocks_of(services: Services) -> tuple[Block, ...]:
    """Every service, the one that lists the others first."""
    asking, directory = Asking(services), Directory(services)
    offered = (
        features_block(asking, directory),
        tiles_block(asking, directory),
        platform_block(asking),
        session_block(asking),
        catalogue_block(asking, directory),
        deliveries_block(asking),
        operations_block(),
    )
    return (core_block(offered, asking, directory), *offered)
