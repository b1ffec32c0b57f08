"""``lang``: the language of what is written for people into a file, where no header can say it (a link)."""

from __future__ import annotations

from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter

LANGUAGES = ("zh", "en")
LANG = Parameter(
    "lang",
    Text(zh="文件用哪种语言；不写则从 Accept-Language", en="the file's language; else Accept-Language says"),
    {"type": "string", "enum": [*LANGUAGES]},
)


def parse_lang(given: str | None) -> str | None:
    """The language, None when none is given; `Invalid` for another one."""
    if given is not None and given not in LANGUAGES:
        raise Invalid(
            Text(zh="没有这种语言", en="no such language"), field="lang", limit=", ".join(LANGUAGES)
        )
    return given
