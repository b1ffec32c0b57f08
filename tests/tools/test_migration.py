"""The command that writes the first revision: its file is what the tables say, in short functions."""

from __future__ import annotations

import ast

import pytest

from tools import migration


def test_the_revision_is_what_the_command_writes() -> None:
    for path, text in migration.revisions().items():
        assert path.read_text(encoding="utf-8") == text, "run `python -m tools.migration`"


def test_it_reads_as_short_functions_each_called_once() -> None:
    for text in migration.revisions().values():
        functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
        called = [
            line.strip() for line in (ast.get_source_segment(text, functions["upgrade"]) or "").splitlines()
        ]
        assert called[2:] == [f"{name}()" for name in functions if name != "upgrade"]
        for function in functions.values():
            assert (function.end_lineno or 0) - function.lineno < 60
        assert len(text.splitlines()) <= 500


def test_it_refuses_once_another_revision_follows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(migration, "FOLDER", tmp_path)
    (migration.FOLDER / "0002_after.py").write_text("")
    assert migration.main() == 1
    assert "0002_after.py" in capsys.readouterr().out
    assert [path.name for path in migration.FOLDER.iterdir()] == ["0002_after.py"]
