"""What ``diban.toml`` says: read, and refused by name where it is not what its settings take."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from diban.ground import Invalid, Missing, Text

Taken = tuple[type, Text, str]
"""What a setting takes: the type, its words, an example."""


def read_toml(path: Path) -> dict[str, Any]:
    """What the file says; `Missing` when it cannot be read, `Invalid` when it is no TOML."""
    remedy = Text(zh=f"修改 {path}", en=f"mend {path}")
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as fault:
        raise Missing(
            Text(zh=f"无法读取 {path}", en=f"{path} cannot be read"),
            field=str(path),
            limit=fault.strerror,
            remedy=Text(zh="检查文件及其权限", en="see to the file and who may read it"),
        ) from fault
    except UnicodeDecodeError as fault:
        words = Text(zh=f"{path} 不是 UTF-8 编码", en=f"{path} is not in UTF-8")
        raise Invalid(words, field=str(path), limit="UTF-8", remedy=remedy) from fault
    except tomllib.TOMLDecodeError as fault:
        words = Text(zh=f"{path} 不是有效的 TOML", en=f"{path} is not valid TOML")
        raise Invalid(words, field=str(path), limit=str(fault), remedy=remedy) from fault


def require_kinds(
    path: Path, given: Mapping[str, Any], kinds: Mapping[str, Taken], needed: Collection[str]
) -> None:
    """Refuse unknown keys, missing ones and values of another type; each refusal names file and key."""
    if unknown := sorted(set(given) - set(kinds)):
        raise Invalid(
            Text(
                zh=f"{path} 中有不认识的设置：{unknown[0]}", en=f"{path} has an unknown setting: {unknown[0]}"
            ),
            field=unknown[0],
            limit=", ".join(sorted(kinds)),
            remedy=Text(zh=f"修改 {path}", en=f"mend {path}"),
        )
    for name, (kind, words, example) in kinds.items():
        if name in needed and name not in given:
            what = Text(zh=f"{path} 缺少设置“{name}”", en=f"{path} lacks the setting {name}")
            raise _refused(what, name, words, example)
        if name in given and type(given[name]) is not kind:  # true is no number
            what = Text(
                zh=f"{path} 中的设置“{name}”不可用", en=f"the setting {name} in {path} cannot be used"
            )
            raise _refused(what, name, words, example)


def _refused(what: Text, name: str, words: Text, example: str) -> Invalid:
    return Invalid(
        Text(zh=f"{what.zh}：应为{words.zh}", en=f"{what.en}: it takes {words.en}"),
        field=name,
        remedy=Text(zh=f"例如 {name} = {example}", en=f"for example {name} = {example}"),
    )
