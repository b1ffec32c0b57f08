"""The command ``diban`` typed into this process: what it prints, and how it ends."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from diban.app.main import main


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said on the way."""

    code: int
    printed: str
    told: str


@dataclass(frozen=True)
class CommandLine:
    """Types commands for one home folder."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: object, language: str = "en") -> Ended:
        """Type a command. Anything but an exit is a traceback for whoever types it, and fails the test."""
        self.monkeypatch.setenv("DIBAN_HOME", str(self.home))
        self.monkeypatch.setenv("LC_ALL", language)
        self.monkeypatch.setenv("COLUMNS", "400")  # nothing is folded
        self.monkeypatch.setattr(sys, "argv", ["diban", *map(str, words)])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = self.capsys.readouterr()
        return Ended(int(ended.value.code or 0), told.out, told.err)
