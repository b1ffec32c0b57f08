"""Settings: read back as written, refused by name when they cannot hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diban.app import Settings, read_settings
from diban.app.settings import write_settings
from diban.ground import Extent, Invalid

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
    ],
)
def test_what_cannot_hold_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as raised:
        replace(PLAIN, **{name: value})
    assert raised.value.field == name
    assert raised.value.remedy is not None
