"""Landed (入库): rows written where nobody looks, then one short act makes them the current version."""

from __future__ import annotations

from typing import NoReturn

from diban.app.journeys.compare import compare
from diban.app.journeys.examine import examine, with_repairs
from diban.app.journeys.judge import summary_of
from diban.app.journeys.progress import Progress
from diban.app.wiring import Platform
from diban.governance import Act, By, record_evidence, reopen
from diban.ground import AccountId, ChangeSet, Conflict, Mode, Text
from diban.intake import Delivery, DeliveryState, open_spool
from diban.quality import Report
from diban.store import unit


def land(platform: Platform, delivery: Delivery, changes: ChangeSet | None, progress: Progress) -> Delivery:
    """Make an accepted delivery the current version of its layer.

    ``changes`` None: computed again, since another process judged the delivery. When they are not what
    was judged, because the layer has moved on or for whatever reason, the delivery goes back to be
    judged anew and `Conflict` is raised.
    """
    judged = delivery.changes or {}
    known = next((v for v in platform.base.history(delivery.sent.layer) if v.key == delivery.id), None)
    if known is None and judged.get("schema") != platform.base.schema(delivery.sent.layer).number:
        _send_back(platform, delivery)
    changes = changes or _changes(platform, delivery, progress)
    if known is None and summary_of(changes) != judged:
        _send_back(platform, delivery)
    staged = platform.base.stage(
        changes, delivery.id, lambda done: progress("land", done, changes.features.rows)
    )
    sent = delivery.sent
    by = By(sent.sender, sent.party, delivery.id)
    with unit(platform.database) as act:
        version = platform.base.flip(act, staged)
        moment = version.landed_at
        assert moment is not None
        platform.catalogue.set_landed(act, sent.layer, version.id, version.rows, version.extent, moment)
        report = Report.from_json(delivery.report or {}).accepted()
        moved = platform.deliveries.move(
            act,
            delivery,
            DeliveryState.LANDED,
            AccountId("policy"),
            "",
            report=report.as_json(),
            version=version.id,
        )
        said: dict[str, str | int] = {
            "version": version.id,
            "rows": version.rows,
            "content": str(version.content),
        }
        if report.repairs:
            said |= {"repaired": report.repairs, "accepted": "sender" if sent.accept_repairs else "reviewer"}
        by.note(act, "delivery.land", delivery.id, said)
        kind = Act.CONFIRMED if sent.mode is Mode.UNCHANGED else Act.LANDED
        value: dict[str, object] = {"version": version.id, "rows": version.rows, "score": report.score}
        if report.repairs:
            value["repaired"] = report.repairs
        record_evidence(act, kind, sent.party, resource=sent.resource, delivery=delivery.id, value=value)
    return moved


def _changes(platform: Platform, delivery: Delivery, progress: Progress) -> ChangeSet:
    """The change set again, from the spool or, when that is gone, from the original."""
    path = platform.work / delivery.id / "rows.arrow"
    if path.is_file():
        schema = platform.base.schema(delivery.sent.layer)
        examined = with_repairs(Report.from_json(delivery.report or {}), open_spool(path, schema), delivery)
    else:
        examined = examine(platform, delivery, progress)
    changes = compare(platform, delivery, examined, progress)
    if changes is None:
        raise Conflict(
            Text(zh="该交付已不能通过质检", en="the delivery no longer passes its checks"),
            field=delivery.id,
            remedy=Text(
                zh="由审核人退回，改正后重新提交", en="have it returned, correct it and deliver again"
            ),
        )
    return changes


def _send_back(platform: Platform, delivery: Delivery) -> NoReturn:
    with unit(platform.database) as act:
        reopen(act, By.system(delivery.id), delivery.id)
        platform.deliveries.move(act, delivery, DeliveryState.RECEIVED, AccountId("policy"), "judged anew")
    raise Conflict(
        Text(
            zh="将入库的内容与审核时所见不同，重新审核",
            en="what would land is not what was judged; judged anew",
        ),
        field=delivery.id,
        remedy=Text(
            zh="稍候查看其状态，需要时重新审核", en="look at its state in a moment; decide on it anew"
        ),
    )
