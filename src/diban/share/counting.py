"""Every answer about a layer is counted once, whatever its status."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request, Response

from diban.governance import Asker, Via
from diban.ground import Fault
from diban.share.asking import Asking
from diban.share.directory import Offered
from diban.share.problems import status_of
from diban.share.services import Services

Answer = tuple[Response, int]


def counted(
    services: Services, asker: Asker, offered: Offered, block: str, answer: Callable[[], Answer]
) -> Response:
    """Answer, and count it: resource, layer, party, key, status, rows and bytes; faults are counted too."""
    party = asker.party or services.public_party
    key = (asker.credential or "") if asker.via is Via.KEY else ""

    def count(status: int, rows: int, size: int) -> None:
        services.use.record(offered.resource.id, offered.id, block, party, key, status, rows, size)

    try:
        response, rows = answer()
    except Fault as fault:
        count(status_of(fault), 0, 0)
        raise
    count(response.status_code, rows, len(response.body))
    return response


def looked_up(
    request: Request, asking: Asking, find: Callable[[Asker], Offered], services: Services, block: str
) -> tuple[Asker, Offered]:
    """The asker and the layer; a refusal is counted under the block, without a layer's name."""
    request.state.block = block
    asker = asking.asker(request)
    try:
        return asker, find(asker)
    except Fault as fault:
        services.use.record("", "", block, asker.party or services.public_party, "", status_of(fault))
        raise
