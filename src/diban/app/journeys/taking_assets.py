"""Taken (下载): the bytes of a landed file are given out, and the audit notes to whom."""

from __future__ import annotations

from pathlib import Path

from diban.app.wiring import Platform
from diban.governance import Asker
from diban.ground import Asset, LayerId, VersionId
from diban.store import unit


def take_asset(platform: Platform, asker: Asker, layer: LayerId, version: VersionId, asset: Asset) -> Path:
    """Where the bytes lie; `Missing` when they were expunged. Whether they may be taken was asked before."""
    path = platform.blobs.path(asset.digest)
    with unit(platform.database) as act:
        said: dict[str, str | int] = {"version": version, "digest": asset.digest, "size": asset.size}
        asker.by().note(act, "asset.download", layer, said)
    return path
