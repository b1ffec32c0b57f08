"""``f``: the form of the answer, for those who cannot send ``Accept``."""

from __future__ import annotations

from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter


def form_of(*offered: str) -> Parameter:
    """The parameter of a page that is offered in these forms, the usual one first."""
    words = Text(zh="输出格式", en="form of the answer")
    return Parameter("f", words, {"type": "string", "enum": list(offered), "default": offered[0]})


def parse_form(text: str | None, parameter: Parameter) -> str:
    """Which of the parameter's forms is asked for."""
    offered: list[str] = parameter.schema["enum"]
    if text is not None and text not in offered:
        raise Invalid(
            Text(zh=f"不提供格式“{text[:40]}”", en=f"not offered as {text[:40]!r}"),
            field="f",
            limit=" | ".join(offered),
            remedy=Text(zh="换用所列格式，或去掉该参数", en="use one of those listed, or leave it out"),
        )
    return text or offered[0]


JSON_FORM = form_of("json")
DOCUMENT_FORM = form_of("json", "html")
