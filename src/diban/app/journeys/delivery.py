"""The main road: received → (asked) → checked → compared → decided → landed.

Each step can be repeated: whatever interrupts a delivery, `proceed` goes on from where it stands.
"""

from __future__ import annotations

from typing import BinaryIO

from diban.app.journeys.answering import ask
from diban.app.journeys.compare import compare
from diban.app.journeys.examine import examine
from diban.app.journeys.judge import judge
from diban.app.journeys.land import land
from diban.app.journeys.preview import keep_preview, keep_repairs, tidy_work
from diban.app.journeys.progress import Progress, silent
from diban.app.journeys.receive import Letter, job_of, receive
from diban.app.wiring import Platform
from diban.app.work.holding import holding
from diban.governance import Asker, review_of
from diban.ground import Conflict, DeliveryId, TakenOver, Text
from diban.intake import Delivery, DeliveryState, reading_ahead
from diban.store import reading, this_process, unit

TRIES = 3
PAUSED = (DeliveryState.ASKED, DeliveryState.WAITING)
"""Where a delivery waits for a person."""


def deliver(
    platform: Platform, file: BinaryIO, letter: Letter, asker: Asker, progress: Progress = silent
) -> Delivery:
    """Take a file all the way: it lands, waits for a person, or is returned with its faults."""
    with reading_ahead():
        delivery = receive(platform, file, letter, asker, progress)
        return carry(platform, delivery.id, progress)


def carry(platform: Platform, delivery_id: DeliveryId, progress: Progress) -> Delivery:
    """`proceed`, holding the delivery's job, so that no other process works on it."""
    with unit(platform.database) as act:
        delivery = platform.deliveries.get(act.connection, delivery_id)
        settled = delivery.state.ended or delivery.state in PAUSED
        key = job_of(delivery, review_of(act.connection, delivery_id))
        held = platform.jobs.take(act, key, this_process(), again=not settled)
    if held is not None:
        with holding(platform.database, platform.jobs, held) as tell:

            def told(step: str, done: int, total: int | None) -> None:
                tell(step, done, total)
                progress(step, done, total)

            return proceed(platform, delivery_id, told)
    if not settled:
        raise Conflict(
            Text(zh="另一进程正在处理该交付", en="another process is working on this delivery"),
            field=delivery_id,
            remedy=Text(zh="稍候查看其状态", en="look at its state in a moment"),
        )
    return delivery


def proceed(platform: Platform, delivery_id: DeliveryId, progress: Progress = silent) -> Delivery:
    """Take a delivery on from where it stands, as far as it goes without a person.

    When another delivery of the layer lands first, this one is compared and judged anew. `TakenOver` when
    the work was taken away: whoever has it now goes on.
    """
    for _ in range(TRIES):
        delivery = present(platform, delivery_id)
        try:
            changes = None
            if delivery.state is DeliveryState.RECEIVED:
                examined = examine(platform, delivery, progress)
                if examined.question is not None:
                    return ask(platform, delivery, examined.question)
                changes = compare(platform, delivery, examined, progress)
                if changes is not None:
                    keep_preview(platform, delivery, changes)
                    keep_repairs(platform, delivery, examined.report)
                delivery = judge(platform, delivery, examined, changes)
            if delivery.state is DeliveryState.ACCEPTED:
                delivery = land(platform, delivery, changes, progress)
            if delivery.state.ended:
                tidy_work(platform, delivery)
            return delivery
        except TakenOver:
            raise
        except Conflict as met:
            conflict = met
    raise conflict


def present(platform: Platform, delivery_id: DeliveryId) -> Delivery:
    """The delivery as it stands."""
    with reading(platform.database) as connection:
        return platform.deliveries.get(connection, delivery_id)
