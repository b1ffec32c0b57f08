"""Settings: read back as written, refused by name when they cannot hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diban.app import Settings, read_settings
from diban.app.settings import write_settings
from diban.ground import Extent, Invalid, Missing

PLAIN = Settings(Path("/nowhere"), "澜湾", "Lanwan", Extent(113.6, 22.2, 114.8, 23.0))


@pytest.mark.parametrize(
    "address", ["", "https://city.example", "http://[::1]:8080", "https://city.example:8443/gis/board"]
)
def test_what_is_written_is_read(address: str, tmp_path: Path) -> None:
    settings = replace(PLAIN, home=tmp_path, address=address, zone="Asia/Urumqi", read_seconds=3)
    write_settings(settings)
    assert read_settings(tmp_path) == settings
    assert settings.secure is address.startswith("https:")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("address", "city.example"),
        ("address", "ftp://city.example"),
        ("address", "https://city.example/"),
        ("address", "https://city.example/base?x"),
        ("address", "https://someone@city.example"),
        ("address", "https://city.example/../x y"),
        ("zone", "Beijing"),
        ("zone", "../etc/passwd"),
        ("read_seconds", 0),
        ("upload_limit", -1),
        ("tile_memory", -1),
        ("database", "city"),
        ("database", "mysql://host/name"),
        ("database", "postgresql+psycopg://host:port/name"),
    ],
)
def test_what_cannot_hold_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as raised:
        replace(PLAIN, **{name: value})
    assert raised.value.field == name
    assert raised.value.remedy is not None


WRITTEN = {
    "title_zh": '"澜湾"',
    "title_en": '"Lanwan"',
    "area": "[113.6, 22.2, 114.8, 23.0]",
    "read_seconds": "3",
    "secure_cookies": "false",
}


def write(folder: Path, **changed: str | None) -> Path:
    lines = [f"{name} = {value}\n" for name, value in {**WRITTEN, **changed}.items() if value is not None]
    (folder / "diban.toml").write_text("".join(lines), encoding="utf-8")
    return folder


def test_a_file_of_some_settings_has_defaults_for_the_others(tmp_path: Path) -> None:
    found = read_settings(write(tmp_path, area="[113, 22, 115, 23]"))
    assert (found.area, found.read_seconds, found.zone) == (Extent(113, 22, 115, 23), 3, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("area", None, "缺少设置“area”：应为四个数"),
        ("area", None, "lacks the setting area: it takes four numbers"),
        ("title_zh", None, "lacks the setting title_zh"),
        ("area", '"city"', "it takes four numbers"),
        ("area", "[113.6, 22.2, 114.8]", "[west, south, east, north]"),
        ("area", '[113.6, 22.2, 114.8, "23.0"]', "[west, south, east, north]"),
        ("area", "[113.6, 22.2, 114.8, true]", "[west, south, east, north]"),
        ("area", "[113.6, 22.2, 112.8, 23.0]", "west ≤ east"),
        ("area", f"[113.6, 22.2, 114.8, 1{'0' * 400}]", "west ≤ east"),
        ("area", "[113.6, 22.2, 114.8, nan]", "west ≤ east"),
        ("title_zh", "7", "应为引号内的文字"),
        ("read_seconds", '"3"', "it takes a whole number"),
        ("read_seconds", "3.0", "for example read_seconds = 10"),
        ("read_seconds", "true", "应为整数"),
        ("read_seconds", "0", "≥ 1"),
        ("secure_cookies", "1", "it takes true or false"),
        ("zone", '"Beijing"', "IANA"),
        ("zone", "2026-07-01", "it takes text in quotes"),
        ("minutes", "3", "unknown setting: minutes"),
    ],
)
def test_a_file_that_says_something_else_is_refused_by_name(
    name: str, value: str | None, words: str, tmp_path: Path
) -> None:
    with pytest.raises(Invalid) as raised:
        read_settings(write(tmp_path, **{name: value}))
    fault = raised.value
    assert fault.field == name
    assert str(tmp_path / "diban.toml") in fault.message.zh
    assert str(tmp_path / "diban.toml") in fault.message.en
    assert fault.remedy is not None
    assert words in f"{fault.message} {fault.limit} {fault.remedy}"


@pytest.mark.parametrize(
    ("content", "limit"),
    [(b"zone = \n", "line 1, column 8"), ("zone = '澜湾'".encode("gbk"), "UTF-8")],
)
def test_a_file_that_is_no_toml_is_refused_with_the_place(content: bytes, limit: str, tmp_path: Path) -> None:
    (tmp_path / "diban.toml").write_bytes(content)
    with pytest.raises(Invalid) as raised:
        read_settings(tmp_path)
    assert raised.value.field == str(tmp_path / "diban.toml")
    assert limit in str(raised.value.limit)


def test_a_folder_without_settings_is_not_a_home(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="diban init"):
        read_settings(tmp_path)
