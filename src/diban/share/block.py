"""A service is a building block: routes, conformance and links declared together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Response

from diban.catalogue import ResourceLayer
from diban.ground import Text
from diban.share.http.problems import PROBLEM
from diban.share.parameters.parameter import Parameter
from diban.share.services import Services

Link = dict[str, str]
JSON = "application/json"


class Maturity(StrEnum):
    """How far a block may be relied on."""

    STABLE = "stable"
    TRIAL = "trial"


def _no_links(_address: str, _layer: ResourceLayer) -> list[Link]:
    return []


@dataclass(frozen=True, slots=True)
class Block:
    """One service.

    ``router`` makes its routes over the services; ``conformance`` the classes it meets; ``links``
    stand on the landing page, ``of_collection`` answers those of one collection at its address.
    """

    name: str
    title: Text
    router: Callable[[Services], APIRouter]
    conformance: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    of_collection: Callable[[str, ResourceLayer], list[Link]] = _no_links
    maturity: Maturity = Maturity.STABLE


def link(rel: str, href: str, kind: str, title: str = "") -> Link:
    """A link object."""
    made = {"rel": rel, "href": href, "type": kind}
    return {**made, "title": title} if title else made


def read_route(
    routes: APIRouter,
    path: str,
    page: Callable[..., Response],
    *parameters: Parameter,
    kind: str = JSON,
    further: Sequence[dict[str, Any]] = (),
) -> None:
    """Add a page that is read, described with its parameters; ``further`` ones are OpenAPI objects."""
    described = [*(parameter.documented() for parameter in parameters), *further]
    routes.add_api_route(
        path,
        page,
        methods=["GET"],
        response_class=Response,
        responses=answers(200, kind),
        openapi_extra={"parameters": described},
    )


def answers(status: int, kind: str | None) -> dict[int | str, dict[str, Any]]:
    """What a route answers, for OpenAPI: this form, or a problem."""
    held: dict[str, Any] = {} if kind is None else {"content": {kind: {}}}
    return {
        status: {"description": "OK", **held},
        "default": {"description": "RFC 9457", "content": {PROBLEM: {}}},
    }
