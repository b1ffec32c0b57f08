"""XML from outside, as events: no document type, so no entities and nothing external (T-XML)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from diban.intake.sandbox.wire import Refusal

_CHUNK = 1 << 18

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def walk(stream: IO[bytes], start: Start, end: End, text: Callable[[str], None]) -> Iterator[None]:
    """Call back for each element (its name without namespace) and text; pauses after every piece read."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise Refusal("read-damaged", detail=str(fault)) from fault
    yield


def elements(stream: IO[bytes], *names: str) -> list[dict[str, str]]:
    """The attributes of all elements of these names, each with its own name as ``""``."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in names:
            found.append({**attributes, "": name})

    for _ in walk(stream, start, lambda _: None, lambda _: None):
        pass
    return found


def _refuse(*declared: object) -> None:
    raise Refusal("xml-doctype")
