"""What is typed wrongly ends in words and an exit code, never in a traceback."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.command_line import CommandLine
from tests.app.town import APPROVER, STEWARD


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ("{fields: 1}", "--limits is not valid JSON"),
        ("", "--limits is not valid JSON"),
        ("[]", "the limits of the grant are not understood: limits"),
        ('{"masks": {"name": ["token"]}}', "the limits of the grant are not understood: masks"),
        ('{"masks": {"name": {}}}', "the limits of the grant are not understood: masks"),
    ],
)
def test_limits_that_cannot_be_read_are_bad_data(typed: CommandLine, limits: str, words: str) -> None:
    ended = typed("access", "districts", "--limits", limits, "--as", APPROVER)
    assert ended.code == 65
    assert words in ended.told
    assert "→" in ended.told


@pytest.mark.parametrize("command", [("status",), ("serve",), ("work",), ("user", "list")])
@pytest.mark.parametrize("wrong", ["", "area = 1", "area =", "read_seconds = true"])
def test_settings_that_cannot_be_read_end_every_command_in_words(
    typed: CommandLine, tmp_path: Path, command: tuple[str, ...], wrong: str
) -> None:
    (tmp_path / "diban.toml").write_text(wrong, encoding="utf-8")
    for language in ("en", "zh_CN.UTF-8"):
        ended = replace(typed, home=tmp_path)(*command, language=language)
        assert ended.code == 65
        assert str(tmp_path / "diban.toml") in ended.told
        assert "→" in ended.told


def test_what_was_typed_is_told_as_it_was_typed(typed: CommandLine) -> None:
    ended = typed("publish", "[/red]", "--as", STEWARD)
    assert ended.code == 66
    assert "[/red]" in ended.told
