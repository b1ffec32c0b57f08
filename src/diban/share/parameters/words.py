"""``q``: the name that is looked for, or a part of it, as it is written, typed or sounds."""

from __future__ import annotations

from diban.catalogue import QUERY_LENGTH, Asked, understand
from diban.ground import Invalid, Text
from diban.share.parameters.parameter import Parameter

NAME = Parameter(
    "q",
    Text(zh="名称：汉字、全拼、拼音首字母或英文", en="a name: characters, pinyin, first letters or words"),
    {"type": "string", "minLength": 1, "maxLength": QUERY_LENGTH},
)


def parse_words(text: str | None) -> Asked:
    """What is looked for; `Invalid` when it is absent or empty, `TooLarge` when it is too long."""
    if text is None:
        raise Invalid(
            Text(zh="缺少检索词 q", en="q is missing: what to look for"),
            field="q",
            limit=f"1–{QUERY_LENGTH}",
            remedy=Text(zh="例如 ?q=科技园", en="for example ?q=park"),
        )
    return understand(text)
