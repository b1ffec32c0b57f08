"""Asked (待说明): a question about the coordinates waits for the sender's word, and what it then says."""

from __future__ import annotations

from diban.app.journeys.receive import DELIVERY, job_of
from diban.app.wiring import Platform
from diban.governance import Act, Asker, By, Permission, may, record_evidence
from diban.ground import AccountId, Conflict, DeliveryId, Invalid, Text, micros, now, source_crs
from diban.intake import Delivery, DeliveryState, Detection
from diban.store import unit

AS_DECLARED = "as-declared"
"""The word that insists on what the file, its format or the sender said before."""


def ask(platform: Platform, delivery: Delivery, question: Detection) -> Delivery:
    """Keep the question with the delivery, which waits; nothing else of the layer is held up."""
    sent = delivery.sent
    with unit(platform.database) as act:
        moved = platform.deliveries.move(
            act,
            delivery,
            DeliveryState.ASKED,
            AccountId("policy"),
            str(question.reason),
            question=question.as_json(),
        )
        proposal = None if question.proposal is None else question.proposal.code
        by = By(sent.sender, sent.party, delivery.id)
        by.note(act, "delivery.ask", delivery.id, {"about": "crs", "proposal": proposal})
    return moved


def answer(platform: Platform, delivery_id: DeliveryId, crs: str, asker: Asker) -> Delivery:
    """Record the sender's word on the coordinates; the delivery's job then takes it on.

    ``crs`` is any name that `source_crs` takes, or `AS_DECLARED`. The same word again changes nothing;
    `Conflict` when no question is open, or of two that answer, for the second.
    """
    by = asker.by()
    with unit(platform.database) as act:
        delivery = platform.deliveries.get(act.connection, delivery_id)
        sent = delivery.sent
        may(asker, Permission.DELIVER, sent.party)
        said = _meant(delivery, crs)
        if delivery.answer is not None and delivery.answer["crs"] == said:
            return delivery
        _must_ask(delivery)
        at = micros(now())
        word = {"crs": said, "by": by.actor, "at": at}
        moved = platform.deliveries.move(
            act, delivery, DeliveryState.RECEIVED, AccountId(by.actor), said, answer=word
        )
        platform.jobs.enqueue(act, DELIVERY, job_of(moved, None), {"delivery": delivery_id})
        by.note(act, "delivery.answer", delivery_id, {"crs": said, "typed": crs[:200]})
        record_evidence(
            act, Act.ANSWERED, sent.party, resource=sent.resource, delivery=delivery_id, value={"crs": said}
        )
    return moved


def _must_ask(delivery: Delivery) -> None:
    if delivery.state is not DeliveryState.ASKED:
        raise Conflict(
            Text(zh="该交付没有待回答的问题", en="the delivery asks nothing"),
            field=delivery.id,
            limit=delivery.state.value,
            remedy=Text(zh="查看该交付的状态", en="look at the state of the delivery"),
        )


def _meant(delivery: Delivery, crs: str) -> str:
    if crs != AS_DECLARED:
        return source_crs(crs).code
    declared = (delivery.question or {}).get("declared")
    if declared is None:
        raise Invalid(
            Text(zh="文件与报送人均未说明坐标系", en="neither the file nor the sender has named a CRS"),
            field="crs",
            remedy=Text(zh="给出坐标系代码，例如 EPSG:4547", en="name one, such as EPSG:4547"),
        )
    return str(declared["crs"])
