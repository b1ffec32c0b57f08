"""T-ZIP: archives made to harm, archives as Chinese Windows makes them, and gzip."""

from __future__ import annotations

import gzip
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.shapefiles import named, packed, points_set
from tests.intake.uploads import POINT, buildings, collection, geopackage, read, read_here

_SET = named("楼", points_set([["南山区"], ["福田区"]], [("名称", "C", 12, 0)], language=0x4D))


def _code(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as raised:
        read(path, limits=limits) if limits else read_here(path)
    assert raised.value.message.zh
    assert raised.value.message.en
    return raised.value.code


def _one(name: str, content: bytes = b"x", attributes: int = 0) -> Callable[[zipfile.ZipFile], None]:
    def add(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr = attributes
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, content)

    return add


_HOSTILE = {
    "a way out": (_one("../../etc/x.csv"), "archive-path"),
    "a way out, Windows": (_one("..\\x.csv"), "archive-path"),
    "an absolute name": (_one("/etc/x.csv"), "archive-path"),
    "a drive": (_one("C:x.csv"), "archive-path"),
    "a link": (_one("x.shp", b"/etc/passwd", 0o120777 << 16), "archive-link"),
    "a device": (_one("x.shp", b"", 0o020666 << 16), "archive-link"),
    "a bomb": (_one("x.shp", bytes(4 << 20)), "archive-ratio"),
    "another archive": (_one("数据.zip", b"PK"), "archive-nested"),
    "another archive, packed otherwise": (_one("数据.7z"), "archive-nested"),
    "nothing": (lambda archive: None, "archive-empty"),
    "rubbish alone": (_one("__MACOSX/._x.shp"), "archive-empty"),
}


@pytest.mark.parametrize("case", _HOSTILE)
def test_an_archive_with(case: str, tmp_path: Path) -> None:
    add, code = _HOSTILE[case]
    path = tmp_path / "upload"
    with zipfile.ZipFile(path, "w") as archive:
        add(archive)
    assert _code(path) == code


def test_too_many_members_are_counted_before_they_are_listed(tmp_path: Path) -> None:
    path = packed(tmp_path, {f"{number}.txt": b"" for number in range(60)})
    assert _code(path, Limits(members=50)) == "archive-members"


def test_more_than_the_cap_is_not_unpacked(tmp_path: Path) -> None:
    assert _code(packed(tmp_path, _SET), Limits(decoded=100)) == "read-too-large"


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, _SET | {"a.dbf": b"", "b.dbf": b""})
    path.write_bytes(path.read_bytes().replace(b"a.dbf", b"B.dbf"))
    assert _code(path) == "archive-doubled"


def test_encrypted_archives_are_asked_for_without_a_password(tmp_path: Path) -> None:
    path = packed(tmp_path, _SET)
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    assert _code(path) == "archive-encrypted"


@pytest.mark.parametrize("factor", [0.5, 2])
def test_sizes_that_lie_are_found_out(factor: float, tmp_path: Path) -> None:
    path = packed(tmp_path, _SET)
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    (size,) = struct.unpack_from("<I", content, at + 24)
    struct.pack_into("<I", content, at + 24, int(size * factor))
    path.write_bytes(content)
    with pytest.raises((Unreadable, zipfile.BadZipFile, EOFError)):
        read_here(path)
    assert _code(path, Limits()) == "read-damaged"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_in_chinese_work_however_they_were_written(encoding: str, tmp_path: Path) -> None:
    """Windows writes names in GBK without a mark; so do some programs in UTF-8."""
    marked = {name.replace("楼", "@@@@"): content for name, content in _SET.items()}
    raw = "数据".encode(encoding)[:4].ljust(4, b"_") if encoding == "gbk" else "楼".encode() + b"_"
    path = packed(tmp_path, marked)
    path.write_bytes(path.read_bytes().replace(b"@@@@", raw))
    found = read_here(path)
    assert found.source.name == ("数据" if encoding == "gbk" else "楼_")
    assert found.column("名称") == ["南山区", "福田区"]


def test_what_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    rubbish = {
        "__MACOSX/._楼.shp": b"x",
        "Thumbs.db": b"x",
        ".DS_Store": b"x",
        "楼.shp.xml": b"<x/>",
        "楼.sbn": b"x",
    }
    assert read_here(packed(tmp_path, rubbish | _SET)).codes() == set()


def test_other_formats_are_read_from_an_archive(tmp_path: Path) -> None:
    inside = geopackage(tmp_path, buildings(3)).read_bytes()
    found = read(packed(tmp_path, {"交付/数据.gpkg": inside, "交付/说明.docx": b"x"}))
    assert (found.source.format, found.source.name, found.source.rows) == ("GeoPackage (ZIP)", "建筑", 3)
    assert found.codes() == {"archive-ignored"}
    text = collection([POINT % "1,2"]).encode()
    found = read(packed(tmp_path, {"点位.geojson": text}))
    assert (found.source.format, found.source.name, found.wkt) == ("GeoJSON (ZIP)", "点位", ["POINT (1 2)"])
    two = packed(tmp_path, {"a.geojson": text, "b.gpkg": inside})
    assert _code(two) == "layer-needed"
    assert read(two, layer="b.gpkg/建筑").source.rows == 3
    assert read(two, layer="a").wkt == ["POINT (1 2)"]


def test_a_gzipped_geojson_is_read(tmp_path: Path) -> None:
    path = tmp_path / "upload.geojson.gz"
    path.write_bytes(gzip.compress(collection([POINT % "1,2"]).encode()))
    found = read(path)
    assert (found.source.format, found.source.name) == ("GeoJSON (gzip)", "upload")
    assert found.wkt == ["POINT (1 2)"]


def test_a_gzipped_bomb_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(b"{" + b" " * (8 << 20) + b"}"))
    assert _code(path) == "archive-ratio"


def test_a_gzipped_archive_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(packed(tmp_path, _SET).read_bytes()))
    assert _code(path) == "format-unknown"


def test_nothing_of_the_unpacked_stays(tmp_path: Path) -> None:
    work = tmp_path / "work"
    path = packed(tmp_path, _SET)
    assert read(path, work=work).source.rows == 2
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(Unreadable):
        read(path, work=work)
    assert list(work.iterdir()) == []
