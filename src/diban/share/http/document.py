"""Documents in the form that the asker wants: JSON for programs, a page for people; 304 for who has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request, Response

from diban.ground import Text
from diban.share.block import JSON, link
from diban.share.http.answers import address
from diban.share.http.conditional import CACHING, tag_of_bytes, unchanged
from diban.share.http.html_page import Head, html_page
from diban.share.http.language import language_of
from diban.share.parameters.form import parse_form
from diban.share.parameters.given import parameters_of, with_query
from diban.share.parameters.parameter import Parameter

HTML = "html"
_VARY = "Accept, Accept-Language"
_WEIGHT = re.compile(r";\s*q=([01](?:\.\d{0,3})?)")
_LONGEST = 1000


def form_wanted(request: Request, offered: Parameter) -> str:
    """The form that ``f`` names, else HTML for who accepts it rather than JSON, as browsers do."""
    said = parameters_of(request).get("f")
    if said is not None or HTML not in offered.schema["enum"]:
        return parse_form(said, offered)
    accepted = request.headers.get("accept", "")[:_LONGEST].lower()
    return HTML if _weight(accepted, "text/html") > _weight(accepted, "json") else parse_form(None, offered)


def document(
    request: Request,
    body: Mapping[str, Any],
    offered: Parameter,
    service: Text,
    *,
    name: str = "",
    kind: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer that holds ``body``, with a link to its other form; its entity tag is over its bytes
    unless ``headers`` bring one.

    ``service`` is the name of the installation, for the page's head, ``name`` that of the document, where
    it does not say so itself.
    """
    language = language_of(request)
    own = {"Cache-Control": CACHING, "Content-Language": language, **(headers or {}), "Vary": _VARY}
    as_page = form_wanted(request, offered) == HTML
    if "links" in body and HTML in offered.schema["enum"]:
        other = (as_form(request, "json"), kind) if as_page else (as_form(request, HTML), "text/html")
        body = {**body, "links": [*body["links"], link("alternate", *other)]}
    if as_page:
        head = Head(as_form(request, "json"), address(request), service.in_language(language), name)
        content, kind = html_page(body, head, language), "text/html"
    else:
        content = orjson.dumps(body)
    if "ETag" not in own:
        own["ETag"] = tag_of_bytes(content)
    held = unchanged(request, own["ETag"])
    return held if held is not None else Response(content, media_type=kind, headers=own)


def as_form(request: Request, form: str) -> str:
    """The address of the same document in another form."""
    given = {name: value for name, value in parameters_of(request).items() if name != "f"}
    path = request.scope["path"].removeprefix("/ogc").rstrip("/")
    return with_query(f"{address(request)}{path}", given, {"f": form})


def _weight(accepted: str, kind: str) -> float:
    """How much a kind weighs in ``Accept``; 0 when it is not named."""
    found = 0.0
    for term in accepted.split(","):
        if kind in term.partition(";")[0]:
            weight = _WEIGHT.search(term)
            found = max(found, float(weight[1]) if weight else 1.0)
    return found
