"""Every code that a delivery's report can have, with severity, words and remedy, as the source says them.

Rules, readers and the journey are asked for what they would say of a made-up field and file; facts
that come with a delivery stand in ‹ ›.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import chain
from types import SimpleNamespace
from typing import get_type_hints

from diban.ground import Check, Code, Constraint, Extent, Field, GeometryKind, Kind, Schema, Text
from diban.intake import Columns, Unreadable
from diban.quality import (
    Before,
    Delivered,
    Flaw,
    Register,
    Rule,
    Severity,
    mass_removal,
    schema_drift,
    standard_rules,
)
from tools.reference.markdown import code, table
from tools.reference.source import part

_HEAD = """# Finding codes

What the report on a delivery can say, with the remedy that goes with it. Codes are stable. An **error**
returns the delivery; a **warning** asks for a look and does not; a **notice** is worth knowing. Facts of
the delivery stand in ‹ ›; `field` stands for the field's name. The score is explained in the
[steward's guide](../guides/steward.md#the-report-质检报告)."""

_FIELD = Field(
    "field",
    Kind.INTEGER,
    Text("字段", "Field"),
    required=True,
    unique=True,
    codes=(Code("01", Text("", "")), Code("02", Text("", ""))),
    constraint=Constraint(minimum="1", maximum="99"),
)
_KEY = Field("key", Kind.TEXT, Text("主键", "Key"), required=True)
_CODE = Field(
    "field",
    Kind.TEXT,
    Text("字段", "Field"),
    constraint=Constraint(pattern="[0-9]{6}", check=Check.CREDIT_CODE, reference="districts"),
)
_NAME = Field("name", Kind.TEXT, Text("名称", "Name"))
_SCHEMA = Schema((_KEY, _FIELD), GeometryKind.POLYGON, key="key")
_POINTS = Schema((_CODE, _NAME), GeometryKind.POINT)
_AREA = Extent(113.6, 22.2, 114.8, 23.0)
_FACTS = (
    *("count", "detail", "expected", "format", "formats", "found", "layer", "layers"),
    *("first", "limit", "line", "named", "row", "size"),
)


class _Districts:
    """A published layer of districts, to which a field may refer."""

    def register(self, layer: str) -> Register:
        """One district."""
        return Register(frozenset(["440301"]), {"440301": bytes.fromhex("010300000000000000")})

    def before(self) -> Before:
        """A last version without rows."""
        return Before(())


def finding_codes() -> str:
    """The page."""
    sections = (
        ("Reading the file (文件读取)", _of_reading()),
        ("Coordinate reference system and columns (坐标系与信息项)", _of_examination()),
        ("Rules (质检规则)", _of_rules()),
        ("Compared with what landed before (与已入库的相比)", _of_comparison()),
    )
    parts = [_HEAD]
    for title, flaws in sections:
        rows = [
            (
                code(flaw.code),
                str(flaw.severity.value),
                f"{flaw.message.zh}\n{flaw.message.en}",
                f"{flaw.remedy.zh}\n{flaw.remedy.en}",
            )
            for flaw in flaws
        ]
        parts += [f"## {title}", table(("code", "severity", "what", "remedy"), rows)]
    return "\n\n".join(parts)


def all_codes() -> set[str]:
    """Every code of the page."""
    sources = (_of_reading(), _of_examination(), _of_rules(), _of_comparison())
    return {flaw.code for flaw in chain.from_iterable(sources)}


def _of_rules() -> Iterator[Flaw]:
    seen: set[tuple[str, Severity]] = set()
    rules = (standard_rules(schema, _AREA, _Districts()) for schema in (_SCHEMA, _POINTS))
    for rule in chain.from_iterable(rules):
        for flaw in _flaws(rule):
            if (flaw.code, flaw.severity) not in seen:
                seen.add((flaw.code, flaw.severity))
                yield flaw


def _flaws(rule: Rule) -> Iterator[Flaw]:
    """What a rule's own methods say that answer a flaw: of nothing, of a field, or of a reason of GEOS."""
    # By name: early releases of 3.11 stumble over the slots when they list members themselves.
    named = (getattr(rule, name) for name in dir(rule) if not name.startswith("__"))
    for method in filter(inspect.ismethod, named):
        hints = get_type_hints(method)
        if hints.pop("return", None) is not Flaw:
            continue
        if not hints:
            yield method()
        elif list(hints.values()) == [Field]:
            yield method(getattr(rule, "fields", (_FIELD,))[0])
        elif list(hints) == ["reason"]:
            reasons = part(type(rule).__module__, "_REASONS")
            yield from (method(reason) for reason in (*reasons, ""))


def _of_reading() -> Iterator[Flaw]:
    """What a file can be refused for, then what a reader remarks and goes on."""
    refusal, unreadable = (
        part("diban.intake.sandbox.wire", "Refusal"),
        part("diban.intake.sandbox.unreadable", "unreadable"),
    )
    limits = part("diban.intake.sandbox.limits", "Limits")()
    for known in part("diban.intake.sandbox.unreadable", "_WORDS"):
        facts = {name: f"‹{name}›" for name in _FACTS}
        if known == "file-too-large":
            facts["limit"] = str(limits.whole_file)
        yield _flaw_of(unreadable(refusal(known, **facts), limits))
    remark = part("diban.intake.sandbox.remark", "Remark")
    said = [
        remark.from_json({"code": known, "detail": "‹detail›", "count": 1, "rows": []})
        for known in part("diban.intake.sandbox.remark", "_KINDS")
    ]
    remarks = part("diban.app.journeys.notes", "_remarks")
    yield from (finding.flaw for finding in remarks(said, Columns({}, (), ()), _SCHEMA))


def _of_examination() -> Iterator[Flaw]:
    for name in ("absent", "unexpected"):
        yield _flaw_of(part("diban.app.journeys.heading", name)())
    yield from (_flaw_of(fault) for fault in _crs_faults())
    untold = Text(
        "按 ‹crs›（‹by›）采用；是否为 ‹others›，无从判断",
        "taken as ‹crs›, by ‹by›; whether it is ‹others› cannot be told",
    )
    yield part("diban.app.journeys.placing", "_untold")(untold)
    yield part("diban.app.journeys.placing", "LIMITED")
    found = part("diban.app.journeys.notes", "_columns")
    for absent in (Columns({}, ("field",), ()), Columns({}, ("optional",), ("‹names›",))):
        optional = Field("optional", Kind.TEXT, Text("可选", "Optional"))
        for finding in found(absent, Schema((*_SCHEMA.fields, optional), key="key"), 1):
            yield finding.flaw
    local = part("diban.app.journeys.notes", "_local")
    times = SimpleNamespace(zone="Asia/Shanghai", counts={"field": 1})
    yield from (finding.flaw for finding in local(times, _SCHEMA))


def _crs_faults() -> Iterator[Unreadable]:
    """What the journey says of CRS that are none of ours, or that need an approved transformation."""
    parsed = part("diban.app.journeys.placing", "_parsed")
    for name in ("‹name›", "EPSG:4214"):
        try:
            parsed(name)
        except Unreadable as fault:
            yield fault


def _of_comparison() -> Iterator[Flaw]:
    """What the journey says of columns and rows that went away, came, or changed."""
    before = Delivered("‹format›", (("‹missing›", "text"), ("‹column›", "integer")))
    now = Delivered("‹format›", (("‹column›", "text"), ("‹new›", "text")))
    changes = SimpleNamespace(removed_share=0.2, removed=20)
    yield from (finding.flaw for finding in (*schema_drift(before, now), *mass_removal(changes, 0.05)))  # type: ignore[arg-type]  # all that it looks at


def _flaw_of(fault: Unreadable) -> Flaw:
    reading = part("diban.app.journeys.notes", "READING")
    assert fault.remedy is not None, fault.code
    return Flaw(fault.code, Severity.ERROR, reading, fault.message, fault.remedy)
