"""What is typed wrongly ends in words and an exit code, never in a traceback."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.command_line import CommandLine
from tests.app.town import APPROVER, SHEET, STEWARD


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


ODD = "[/red] [bold :car:"


def test_what_was_typed_is_told_as_it_was_typed(typed: CommandLine) -> None:
    ended = typed("publish", ODD, "--as", STEWARD)
    assert ended.code == 66
    assert ODD in ended.told


def test_what_a_file_says_is_told_as_it_says_it(typed: CommandLine, own_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "plots.csv"
    file.write_text(f"code,{ODD},wkt\n{ODD},1,POINT (114 22)\n", encoding="utf-8")
    sent = replace(typed, home=own_home)(
        *("submit", file, "--layer", "plots", "--crs", "EPSG:4490", "--as", STEWARD)
    )
    assert sent.code == 1
    assert ODD in sent.printed


def test_names_are_listed_as_they_are(typed: CommandLine, own_home: Path, tmp_path: Path) -> None:
    diban = replace(typed, home=own_home)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"{SHEET.splitlines()[0]}\n{ODD},{ODD},agency,,,odd.one,{ODD},{ODD},steward\n", "utf-8")
    assert diban("organisation", sheet, "--as", "system.admin").code == 0
    assert ODD in diban("user", "list").printed
    sheet.write_text(f"{SHEET.splitlines()[0]}\n{ODD},{ODD},{ODD},,,odd.two,{ODD},{ODD},steward\n", "utf-8")
    refused = diban("organisation", sheet, "--as", "system.admin")
    assert refused.code == 65
    assert "✗ 2" in refused.told


@pytest.mark.parametrize("where", ["folder", "below a file", "x" * 300])
@pytest.mark.parametrize("command", ["describe", "report", "init", "sample-city"])
def test_a_place_that_cannot_be_written_is_named(
    typed: CommandLine, own_home: Path, tmp_path: Path, where: str, command: str
) -> None:
    file = tmp_path / "plots.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [PLOT]}), encoding="utf-8")
    place = {"folder": tmp_path / "folder.geojson", "below a file": file / "new"}.get(where, tmp_path / where)
    (tmp_path / "folder.geojson").mkdir()
    diban = replace(typed, home=own_home)
    if command == "report":
        sent = diban("submit", file, "--layer", "plots", "--as", STEWARD)
        (delivery,) = set(re.findall(r"dlv_\w+", sent.printed))
        ended = diban("report", delivery, "--rows", place, "--as", STEWARD)
    elif command == "describe":
        ended = diban("describe", file, "--provider", "测量局", "--output", place)
    elif where == "folder":
        return  # a folder is what they take
    else:
        said = {"init": ["init", "--home", place], "sample-city": ["sample-city", place, "--buildings", 50]}
        ended = diban(*said[command])
    assert ended.code == 65
    assert f"{place}" in ended.told
    assert "→ name a place that can be written" in ended.told


@pytest.mark.parametrize("command", [["status"], ["user", "list"], ["init"]])
def test_a_home_folder_whose_name_is_too_long_is_named(typed: CommandLine, command: list[str]) -> None:
    ended = typed(*command, "--home", "x" * 300)
    assert ended.code in (65, 66)
    assert "x" * 300 in ended.told


def test_a_folder_is_no_description(typed: CommandLine, tmp_path: Path) -> None:
    assert typed("register", tmp_path, "--as", STEWARD).code == 2


@pytest.mark.parametrize("language", ["en", "zh_CN.UTF-8"])
def test_words_in_another_encoding_are_refused(typed: CommandLine, language: str) -> None:
    """As a terminal in GBK, or a file named in it, would give them."""
    words: list[str | bytes] = ["publish", "建筑".encode("gbk"), "--as", STEWARD]
    command = [sys.executable, "-m", "diban.app.main", *words]
    environment = {
        "DIBAN_HOME": str(typed.home),
        "LC_ALL": language,
        "PYTHONUTF8": "1",
        "PATH": "/usr/bin:/bin",
    }
    environment["PYTHONPATH"] = ":".join(sys.path)
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 65
    assert "\\udc" in ended.stderr
    assert "UTF-8" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("127.0.0.1", "Address already in use"),
        ("192.0.2.1", "Cannot assign requested address"),
        ("localhost", "localhost is not an IP address"),
        (ODD, f"{ODD} is not an IP address"),
    ],
)
def test_where_it_cannot_listen_is_said_before_it_serves(typed: CommandLine, host: str, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = typed("serve", "--host", host, "--port", port)
        assert ended.code == 65
        assert words in ended.told
        if host == "127.0.0.1":
            assert typed("demo", "--home", typed.home / "none", "--port", port).code == 65


def test_tables_of_another_version_are_told_as_such(typed: CommandLine, own_home: Path) -> None:
    for path in own_home.glob("control.sqlite*"):
        path.unlink()
    ended = replace(typed, home=own_home)("user", "list")
    assert ended.code == 69
    assert "→ restart diban serve" in ended.told


PLOT = {
    "type": "Feature",
    "properties": {"code": "P1", "floors": 300},
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[114, 22.5], [114.1, 22.5], [114.1, 22.6], [114, 22.5]]],
    },
}
"""A row with faults."""
