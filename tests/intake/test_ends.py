"""However a reading process ends or whatever it says, the parent goes on and knows why."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from diban.ground import Unsafe
from diban.intake.sandbox import launch
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.reading import open_upload
from diban.intake.sandbox.unreadable import Unreadable
from tests.intake.uploads import buildings, geojson, geopackage, read, rewritten

_SMALL = Limits(memory=256 << 20, cpu_seconds=1, cpu_seconds_per_10_mb=0, silence=10)

# Instead of reading, a confined child does this.
_DEEDS = {
    "takes memory in Python": ("x = bytearray(1 << 30)", "read-memory"),
    "takes memory bit by bit": ("x = []\nwhile True: x.append(bytearray(1 << 20))", "read-memory"),
    "takes memory in Arrow": ("import pyarrow as pa\nx = pa.allocate_buffer(1 << 30)", "read-memory"),
    "computes without end": ("while True: pass", "read-cpu"),
    "dies of memory it does not own": ("import ctypes\nctypes.string_at(0)", "read-crashed"),
    "aborts": ("import os\nos.abort()", "read-crashed"),
    "leaves without a word": ("import os\nos._exit(0)", "read-crashed"),
    "prints without end": ("import os\nwhile True: os.write(2, b'x' * 4096)", "read-cpu"),
    "sends nonsense": ("import os\nos.write(outlet._descriptor, b'nonsense ' * 100)", "read-crashed"),
    "announces a huge frame": ("outlet._write(memoryview(HEADER.pack(b'B', 1 << 60)))", "read-crashed"),
    "breaks off a frame": ("outlet._write(memoryview(HEADER.pack(b'H', 99)))", "read-crashed"),
    "sends a batch before anything": ("outlet._send(Kind.BATCH, b'x' * 64)", "read-crashed"),
    "sends a head that is none": ("outlet.say(Kind.HEAD, {'layer': 'x'})", "read-crashed"),
    "sends a head whose names are none": (
        "said = 'format layer rows crs crs_declared geometry_type id_name'.split()\n"
        "outlet.say(Kind.HEAD, dict.fromkeys(said)"
        " | dict(places=[], head=1))",
        "read-crashed",
    ),
    "sends a list as head": ("outlet._send(Kind.HEAD, b'[1]')", "read-crashed"),
    "sends a failure that is none": ("outlet._send(Kind.FAILURE, b'{}')", "read-crashed"),
    "names an unknown failure": (
        "outlet.say(Kind.FAILURE, {'code': 'x', 'facts': {'detail': 'y'}})",
        "read-damaged",
    ),
}


def _instead(deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    indented = "".join(f"    {line}\n" for line in deed.splitlines())
    start = launch._START.replace(
        "main()\n",
        f"""
from diban.intake.sandbox import child
from diban.intake.sandbox.wire import HEADER, Kind
def read_otherwise(path, layer, limits, outlet):
    child.confine([path, *child.library_folders()], limits, 0)
{indented}
child._read = read_otherwise
main()
""",
    )
    monkeypatch.setattr(launch, "_START", start)


@pytest.mark.parametrize("deed", _DEEDS)
def test_a_reading_process_that(deed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, expected = _DEEDS[deed]
    _instead(code, monkeypatch)
    with pytest.raises(Unreadable) as raised:
        read(geojson(tmp_path), limits=_SMALL)
    assert raised.value.code == expected
    assert raised.value.message.zh
    assert raised.value.remedy is not None


_HEAD = """
head = dict(format="x", layer="x", rows=None, crs=None, crs_declared=False, geometry_type=None, id_name=None)
head |= {"places": [], "head": None}
import pyarrow as pa
schema = pa.schema([("geometry", pa.binary()), ("a", pa.string()), ("_row", pa.int64())])
outlet.say(Kind.HEAD, head)
outlet.schema(schema)
def batch(geometry):
    columns = [pa.array([geometry], pa.binary()), pa.array(["a" * 0x1234]), pa.array([1])]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
def lying():
    offset = (0x1234).to_bytes(4, "little")
    return batch(None).serialize().to_pybytes().replace(offset, b"\\xff\\xff\\xff\\x7f")
"""

_LENT = """
from diban.intake.sandbox.wire import LENT, PART
length = pa.ipc.get_record_batch_size(batch(None))
skipped = schema.serialize().size
def lend(skipped, length):
    outlet._send(Kind.LENT, LENT.pack(skipped, length))
"""


_END = """
outlet.say(Kind.END, {"rows": 1, "remarks": []})
"""
"""Without it the child's silence alone would be a refusal."""

_SWELLING = """
packed = pa.BufferOutputStream()
with pa.ipc.new_stream(packed, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
    stream.write_batch(batch(None))
messages = pa.ipc.MessageReader.open_stream(packed.getvalue())
messages.read_next_message()
outlet._send(Kind.BATCH, messages.read_next_message().serialize().to_pybytes())
"""

_OLD = """
old = pa.BufferOutputStream()
options = pa.ipc.IpcWriteOptions(metadata_version=pa.ipc.MetadataVersion.V4)
with pa.ipc.new_stream(old, schema, options=options) as stream:
    stream.write_batch(batch(None))
messages = pa.ipc.MessageReader.open_stream(old.getvalue())
messages.read_next_message()
outlet._send(Kind.BATCH, messages.read_next_message().serialize().to_pybytes())
"""
"""Of this version, which may say elsewhere that it is compressed."""


@pytest.mark.parametrize(
    "deed",
    [
        _SWELLING,
        _OLD,
        "outlet._send(Kind.BATCH, lying())",
        "outlet._send(Kind.BATCH, b'x' * 1000)",
        "outlet._send(Kind.BATCH, batch(None).serialize().to_pybytes()[:-8])",
        "outlet.schema(schema)",
        f"{_LENT}lend(0, 1 << 63)",
        f"{_LENT}lend(PART, 8)",
        f"{_LENT}lend(1 << 63, 1 << 63)",
        f"{_LENT}lend(0, PART)",
        "outlet._send(Kind.LENT, b'')",
        "outlet._send(Kind.BATCH, bytes(64))",
        f"{_LENT}outlet.batch(batch(None))\noutlet._arrived()\nwhile True: lend(skipped, length)",
        "outlet._send(Kind.END, b'{}')",
        "outlet._send(Kind.END, b'[' * 100_000)",
    ],
    ids=[
        "a batch that would swell",
        "a batch of an old version",
        "lying offsets",
        "no batch",
        "a cut batch",
        "a second schema",
        "a huge lent batch",
        "one behind its part",
        "one beyond all numbers",
        "lent nonsense",
        "a lent frame that is none",
        "zeros",
        "lending without listening",
        "an empty end",
        "a deep end",
    ],
)
def test_batches_are_not_believed(deed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _instead(_HEAD + deed + _END, monkeypatch)
    with pytest.raises(Unreadable) as raised:
        read(geojson(tmp_path), limits=_SMALL)
    assert raised.value.code == "read-crashed"


def test_a_batch_as_it_should_be_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _instead(f"{_HEAD}outlet._send(Kind.BATCH, batch(None).serialize()){_END}", monkeypatch)
    assert read(geojson(tmp_path), limits=_SMALL).table.num_rows == 1


def test_what_was_lent_cannot_change_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deed = """
import os, numpy
outlet.batch(batch(None))
outlet._arrived()
os.read(outlet._answers, 1)
numpy.frombuffer(outlet._parts[0], numpy.uint8)[:] = 255
outlet.say(Kind.END, dict(remarks=[]))
"""
    _instead(_HEAD + deed, monkeypatch)
    assert read(geojson(tmp_path), limits=_SMALL).column("a") == ["a" * 0x1234]


def test_batches_too_large_to_be_lent_come_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = _HEAD.replace('"a" * 0x1234', '"a" * size')
    deed = """
for size in (5, 17 << 20, 6, 7, 8, 18 << 20, 9, (16 << 20) - 500):
    outlet.batch(batch(None))
    outlet._arrived()
outlet.say(Kind.END, dict(remarks=[]))
"""
    _instead(head + deed, monkeypatch)
    found = read(geojson(tmp_path)).column("a")
    assert [len(str(text)) for text in found] == [5, 17 << 20, 6, 7, 8, 18 << 20, 9, (16 << 20) - 500]


def test_the_memory_that_is_shared_keeps_its_length() -> None:
    with launch._shared_memory() as memory:
        for length in (0, 1 << 30):
            with pytest.raises(PermissionError):
                os.ftruncate(memory.fileno(), length)


def test_geometry_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "b'\\x01\\x07\\0\\0\\0\\x01\\0\\0\\0' * 100_000"
    _instead(f"{_HEAD}outlet.batch(batch({deep}))\noutlet.say(Kind.END, dict(remarks=[]))", monkeypatch)
    found = read(geojson(tmp_path), limits=_SMALL)
    assert found.column("geometry") == [None]
    assert found.codes() == {"geometry-unreadable"}


def test_nul_that_no_library_cut_is_remarked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = _HEAD.replace('"a" * 0x1234', '"a" + chr(0)')
    said = "outlet.batch(batch(None))\noutlet.batch(batch(None))\noutlet.say(Kind.END, dict(remarks=[]))"
    _instead(head + said, monkeypatch)
    (remark,) = read(geojson(tmp_path)).remarks
    assert (remark.code, remark.rows, remark.message.en[-3:]) == ("text-nul", (1, 2), ": a")


def test_errors_that_a_library_only_printed_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "import os\nos.write(2, b'ERROR 1: page 7 is damaged\\n')\noutlet.say(Kind.END, dict(remarks=[]))"
    _instead(_HEAD + said, monkeypatch)
    with pytest.raises(Unreadable, match="page 7") as raised:
        read(geojson(tmp_path))
    assert raised.value.code == "read-damaged"


def test_where_nothing_can_be_confined_nothing_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_landlock = """
from diban.intake.sandbox import landlock
def version():
    raise OSError(38, "Function not implemented")
landlock.version = version
"""
    monkeypatch.setattr(launch, "_START", launch._START.replace("main()\n", f"{no_landlock}main()\n"))
    with pytest.raises(Unsafe, match="not implemented") as raised:
        read(geojson(tmp_path))
    assert "Landlock" in str(raised.value.remedy)


def test_a_view_without_end_is_stopped(tmp_path: Path) -> None:
    endless = rewritten(
        geopackage(tmp_path, buildings()),
        "CREATE VIEW endless AS WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t)"
        " SELECT x AS id FROM t",
        "INSERT INTO gpkg_contents(table_name, data_type, identifier)"
        " VALUES ('endless', 'attributes', 'endless')",
    )
    begun = time.monotonic()
    with pytest.raises(Unreadable) as raised:
        read(endless, layer="endless", limits=Limits(silence=1))
    assert raised.value.code == "read-timeout"
    assert time.monotonic() - begun < 10


def test_decoded_data_is_capped(tmp_path: Path) -> None:
    path = geopackage(tmp_path, buildings(2_000))
    with pytest.raises(Unreadable) as raised:
        read(path, limits=Limits(decoded=100_000, batch_rows=500))
    assert raised.value.code == "read-too-large"


def test_a_reading_can_be_cancelled_from_another_thread(tmp_path: Path) -> None:
    path = geopackage(tmp_path, buildings(5_000))
    with open_upload(path, limits=Limits(batch_rows=1)) as reading:
        batches = reading.batches()
        next(batches)
        thread = threading.Thread(target=reading.cancel)
        thread.start()
        thread.join()
        with pytest.raises(Unreadable) as raised:
            for _ in batches:
                pass
    assert raised.value.code == "read-cancelled"


def test_leaving_early_ends_the_process(tmp_path: Path) -> None:
    path = geopackage(tmp_path, buildings(5_000))
    with open_upload(path, limits=Limits(batch_rows=1)) as reading:
        next(reading.batches())
        process = reading._child._process
        assert process.poll() is None
    assert process.poll() is not None


def test_a_reading_process_sees_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://secret@proxy.invalid")
    with (tmp_path / "open here").open("wb") as ours:
        os.set_inheritable(ours.fileno(), True)
        look = """
import os
def number(place):
    try:
        return os.fstat(place).st_ino
    except OSError:
        return 0
found = [[name for name in os.environ if "PROXY" in name], WANTED in map(number, range(64)), os.getcwd()]
outlet.say(Kind.FAILURE, {"code": "read-damaged", "facts": {"detail": repr(found)}})
"""
        _instead(look.replace("WANTED", str(os.fstat(ours.fileno()).st_ino)), monkeypatch)
        with pytest.raises(Unreadable, match=r"\[\[\], False, '/'\]"):
            read(geojson(tmp_path))
