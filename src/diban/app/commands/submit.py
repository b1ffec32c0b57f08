"""``diban submit``: send a department's file down the road."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from diban.app.commands.header import Header
from diban.app.commands.report import tell_report
from diban.app.commands.terminal import (
    DEFAULT_HOME,
    As,
    Home,
    asker_of,
    console,
    opened,
    progress_bars,
    say,
    verbatim,
)
from diban.app.journeys.answering import AS_DECLARED
from diban.app.journeys.delivery import deliver
from diban.app.journeys.receive import Letter
from diban.app.wiring import Platform
from diban.ground import Invalid, Mode, Text, now
from diban.intake import Delivery, DeliveryState
from diban.quality import Report
from diban.store import reading


def submit(
    file: Annotated[
        Path | None, typer.Argument(help="数据文件 / the file", exists=True, dir_okay=False)
    ] = None,
    *,
    login: As,
    layer: Annotated[str | None, typer.Option(help="交付到哪个图层 / the layer's slug")] = None,
    resource: Annotated[
        str | None, typer.Option(help="或：只有一个图层的资源 / or: a resource with one layer")
    ] = None,
    home: Home = DEFAULT_HOME,
    mode: Annotated[Mode, typer.Option(help="全量、变更或无变化 / full, changes or unchanged")] = Mode.FULL,
    crs: Annotated[str | None, typer.Option(help="文件未写明时的坐标系 / CRS when the file has none")] = None,
    source_layer: Annotated[str | None, typer.Option(help="文件中的图层 / which layer of the file")] = None,
    header: Header = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="幂等键；不给时由文件的路径、大小、修改时间及此处所说的一切得出，无文件时由日期得出 / "
            "idempotency key; if not given, made from the file's path, size and time and all that is said "
            "of it here, without a file from the day"
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="重新交付已入库的同一文件 / send anew a file that landed before")
    ] = False,
    accept_repairs: Annotated[
        bool,
        typer.Option(
            "--accept-repairs", help="接受平台建议的图形修复 / let proposed repairs of geometry land"
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="试办：质检并比对，不入库 / check and compare, land nothing")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """交付：接收 → 质检 → 比对 → 审核 → 入库；中断后重复即继续 / Deliver a file; repeat to resume."""
    if file is None and mode is not Mode.UNCHANGED:
        raise Invalid(Text(zh="请给出文件", en="name the file"), field="FILE", limit="mode=unchanged")
    with opened(home) as platform, progress_bars() as progress:
        name = "" if file is None else file.name
        with io.BytesIO() if file is None else file.open("rb") as stream:
            layer = _layer(platform, layer, resource)
            said = [layer, mode, crs or "", source_layer or ""]
            said += [*["repairs"] * accept_repairs, *["dry-run"] * dry_run]
            said += [] if header is None else [f"header={header}"]
            known = key or _key(platform, file, said, again)
            letter = Letter(layer, name, known, mode, source_layer, crs, dry_run, accept_repairs, header)
            delivery = deliver(platform, stream, letter, asker_of(platform, login), progress)
        current = platform.base.current(delivery.sent.layer)
    _tell(delivery, None if current is None else current.id, as_json)
    raise typer.Exit(0 if is_well(delivery) else 1)


def _tell(delivery: Delivery, current: str | None, as_json: bool) -> None:
    """Print what became of it, and whether the layer has moved on since."""
    if as_json:
        console.print_json(orjson.dumps(_as_json(delivery)).decode())
        return
    show(delivery)
    if delivery.version is not None and current is not None and current != delivery.version:
        words = Text(
            zh="此后已有其他交付入库；加 --again 可重新交付本文件",
            en="another delivery has landed since; --again sends this file anew",
        )
        console.print(f"  [yellow]{say(words)}[/]")


def _layer(platform: Platform, layer: str | None, resource: str | None) -> str:
    """The layer that is meant, by its own slug or as the only one of its resource."""
    if (layer is None) == (resource is None):
        raise Invalid(
            Text(zh="请给出 --layer 或 --resource 之一", en="say --layer or --resource"), field="--layer"
        )
    if layer is not None:
        return layer
    with reading(platform.database) as connection:
        layers = platform.catalogue.by_slug(connection, str(resource)).layers
    if len(layers) != 1:
        raise Invalid(
            Text(
                zh="该资源有多个图层，请用 --layer 指明",
                en="the resource has several layers: name one with --layer",
            ),
            field="--layer",
            limit=", ".join(one.slug for one in layers),
        )
    return layers[0].slug


def is_well(delivery: Delivery) -> bool:
    """Whether nothing is to be mended."""
    if delivery.state is DeliveryState.TRIED:
        return bool((delivery.report or {}).get("passed"))
    return delivery.state in (DeliveryState.LANDED, DeliveryState.WAITING)


def _key(platform: Platform, file: Path | None, said: list[str], again: bool) -> str:
    """The same file, and the same said of it, is the same sending, so that a repeated command resumes.

    A confirmation without a file counts once a day.
    """
    if file is None:
        what = f"{now().astimezone(platform.settings.timezone):%Y-%m-%d}"
    else:
        stat = file.stat()
        what = f"{file.absolute()}\0{stat.st_size}\0{stat.st_mtime_ns}"
    wanted = hashlib.sha256("\0".join([*said, what]).encode(errors="surrogateescape")).hexdigest()
    with reading(platform.database) as connection:
        return platform.deliveries.free_key(connection, wanted, again=again)


def _as_json(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "state": delivery.state.value,
        "dry_run": delivery.sent.dry_run,
        "version": delivery.version,
        "question": delivery.question,
        "changes": delivery.changes,
        "report": delivery.report,
    }


def show(delivery: Delivery) -> None:
    """Print where a delivery stands, what it changes, its report, and what it asks."""
    colour = "yellow" if not delivery.state.ended else "green" if is_well(delivery) else "red"
    console.print(
        f"[{colour}]●[/] {delivery.id}  [bold]{say(delivery.state.words)}[/]  {delivery.version or ''}"
    )
    if delivery.changes:
        counts = delivery.changes
        console.print(
            f"  +{counts['added']}  ~{counts['changed']}  −{counts['removed']}  ={counts['unchanged']}"
        )
    if delivery.question and delivery.state is DeliveryState.ASKED:
        _tell_question(delivery.id, delivery.question)
    elif delivery.report:
        tell_report(Report.from_json(delivery.report))


def _tell_question(delivery_id: str, question: dict[str, Any]) -> None:
    """The question, the candidates with how the data lie under each, and what to type."""
    console.print(f"  [yellow]?[/] {verbatim(say(Text.from_json(question['reason'])))}")
    table = Table(box=None, padding=(0, 1))
    for heading in (
        Text("坐标系", "CRS"),
        Text("名称", "name"),
        Text("在本市", "inside"),
        Text("相差（米）", "off by (m)"),
        Text("区划相符", "in district"),
    ):
        table.add_column(say(heading))
    for one in question["candidates"]:
        offset = "" if one["offset"] is None else f"{one['offset']:.1f}"
        agreeing = "" if one["agreeing"] is None else f"{one['agreeing']:.1%}"
        title = say(Text.from_json(one["title"]))
        table.add_row(one["crs"], verbatim(title), f"{one['inside']:.1%}", offset, agreeing)
    console.print(table)
    words = [question["proposal"] or "CODE"]
    if question["declared"] is not None:
        words.append(AS_DECLARED)
    for word in words:
        console.print(f"  → diban answer {delivery_id} --crs {word}")
