"""A service is a building block: routes, conformance and links declared together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Response

from diban.catalogue import ResourceLayer
from diban.ground import Text
from diban.share.http.described import Access, answers, content_of, security
from diban.share.http.remembering import Remembered
from diban.share.parameters.parameter import Parameter
from diban.share.services import Services
from diban.share.shapes import Shape

Link = dict[str, str]
JSON = "application/json"
HTML = "text/html"


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
    stand on the landing page, ``of_collection`` answers those of one collection at its address;
    ``remembered`` answers, on the event loop, what it need not read.
    """

    name: str
    title: Text
    router: Callable[[Services], APIRouter]
    conformance: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    of_collection: Callable[[str, ResourceLayer], list[Link]] = _no_links
    maturity: Maturity = Maturity.STABLE
    remembered: Remembered | None = None


def link(rel: str, href: str, kind: str, title: str = "") -> Link:
    """A link object."""
    made = {"rel": rel, "href": href, "type": kind}
    return {**made, "title": title} if title else made


def read_route(
    routes: APIRouter,
    path: str,
    page: Callable[..., Any],
    *parameters: Parameter,
    kind: str = JSON,
    answer: Shape | None = None,
    kinds: Sequence[str] = (),
    access: Access = Access.ANYONE,
    tagged: bool = False,
    empty: bool = False,
    ranged: bool = False,
    unready: Shape | None = None,
    refuses: Sequence[int] = (),
    further: Sequence[dict[str, Any]] = (),
) -> None:
    """Add a page that is read, described with its parameters; ``further`` ones are OpenAPI objects.

    ``answer`` is the shape of its JSON, ``kinds`` the media types that it has besides ``kind``;
    ``tagged`` whether it answers 304 to who has it, ``empty`` 204 where there is nothing, ``ranged`` a
    part where one is asked for; ``unready`` is the shape of a 503 that is no problem, ``refuses``
    further statuses of its problems.
    """
    as_page = any(one.name == "f" and "html" in one.schema["enum"] for one in parameters)
    described = [*(parameter.documented() for parameter in parameters), *further]
    contents = {kind: answer, **dict.fromkeys((*kinds, *([HTML] if as_page else [])))}
    known = answers("GET", f"{routes.prefix}{path}", 200, contents, access, refuses)
    if as_page or tagged:
        known[304] = {"description": "The asker's copy is this one"}
    if unready is not None:
        known[503]["content"][JSON] = content_of(unready)
    if ranged:
        known[206] = {"description": "A part of it", "content": {name: {} for name in contents}}
        known[416] = {"description": "No such part", "content": {"text/plain": {}}}
    if empty:
        known[204] = {"description": "There is nothing in it"}
    routes.add_api_route(
        path,
        page,
        methods=["GET"],
        response_class=Response,
        responses=known,
        openapi_extra={"parameters": described, "security": security(access, "GET")},
    )


def act_route(
    routes: APIRouter,
    method: str,
    path: str,
    page: Callable[..., Any],
    *,
    status: int = 200,
    known: int | None = None,
    answer: Shape | None = None,
    access: Access = Access.ACCOUNT,
    refuses: Sequence[int] = (),
    further: Sequence[dict[str, Any]] = (),
    body: dict[str, Any] | None = None,
) -> None:
    """Add a page that changes something; it answers ``status``, with JSON of the shape ``answer`` if any.

    ``known`` is the status where it had been done already. ``further`` parameters are OpenAPI objects,
    as is a ``body`` that is no JSON.
    """
    contents = {} if answer is None else {JSON: answer}
    described: dict[str, Any] = {"parameters": list(further), "security": security(access, method)}
    told = answers(method, f"{routes.prefix}{path}", status, contents, access, refuses)
    if known is not None:
        told[known] = told[status] | {"description": "It had been done already"}
    routes.add_api_route(
        path,
        page,
        methods=[method],
        status_code=status,
        response_class=Response,
        responses=told,
        openapi_extra=described if body is None else described | {"requestBody": body},
    )
