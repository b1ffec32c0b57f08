"""The questions about files that are kept whole: which there are, the newest, an earlier one, a part."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx

from diban.app.demo.question import Answered, Question
from diban.ground import AssetKind, Text

_RESOURCES = {
    AssetKind.RASTER: "terrain",
    AssetKind.DOCUMENT: "buildings-spec",
    AssetKind.PHOTO: "city-view",
}
_KEPT = 8
"""Signs of a hash that are shown."""


def _listed(client: httpx.Client) -> Answered:
    """One of each kind is in the catalogue; of what has a place, with its extent."""
    right, seconds, held = True, 0.0, []
    for kind, slug in _RESOURCES.items():
        answer = client.get(f"/api/resources/{slug}")
        seconds += answer.elapsed.total_seconds()
        (layer,) = answer.json()["layers"]
        held.append(layer["holds"]["value"])
        right &= held[-1] == kind and (layer["bbox"] is None) == (kind is AssetKind.DOCUMENT)
    return right, f"{answer.status_code} {', '.join(held)}", seconds


def _newest(client: httpx.Client) -> Answered:
    answer, right, told = _taken(client, _versions(client, "city-view")[0])
    return right, told, answer.elapsed.total_seconds()


def _earlier(client: httpx.Client) -> Answered:
    """Both issues of the document are there, and they differ."""
    newest, *_, first = _versions(client, "buildings-spec")
    answer, right, told = _taken(client, first)
    return right and first["digest"] != newest["digest"], told, answer.elapsed.total_seconds()


def _ranges(client: httpx.Client) -> Answered:
    """A file taken in two parts is the file."""
    facts = _versions(client, "terrain")[0]
    half, size, seconds, whole = facts["size"] // 2, facts["size"], 0.0, b""
    right = True
    for begin, end in ((0, half - 1), (half, size - 1)):
        answer = client.get(facts["href"], headers={"Range": f"bytes={begin}-{end}"})
        right &= answer.status_code == 206
        right &= answer.headers["content-range"] == f"bytes {begin}-{end}/{size}"
        seconds += answer.elapsed.total_seconds()
        whole += answer.content
    right &= hashlib.sha256(whole).hexdigest() == facts["digest"]
    return right, f"{answer.status_code} {half:,} + {size - half:,} B", seconds


def _versions(client: httpx.Client, resource: str) -> list[dict[str, Any]]:
    """The facts of each version's file, the newest first."""
    return [version["asset"] for version in client.get(f"/api/resources/{resource}").json()["versions"]]


def _taken(client: httpx.Client, facts: dict[str, Any]) -> tuple[httpx.Response, bool, str]:
    """The file of a version: whether its bytes and its tag are those that the catalogue names."""
    answer = client.get(facts["href"])
    digest = hashlib.sha256(answer.content).hexdigest()
    right = digest == facts["digest"] and answer.headers["etag"] == f'"{digest}"'
    told = f"{answer.status_code} {len(answer.content):,} B SHA-256 {digest[:_KEPT]}…"
    return answer, right and answer.headers["content-type"] == facts["media_type"], told


OF_FILES: tuple[tuple[Text, Question], ...] = (
    (Text(zh="文件清单", en="files"), _listed),
    (Text(zh="最新文件与校验", en="the newest file, hashed"), _newest),
    (Text(zh="较早版本的文件", en="an earlier file, hashed"), _earlier),
    (Text(zh="分段下载", en="a file in two ranges"), _ranges),
)
