"""Plain text: anything that is UTF-8 or GB 18030 from its first byte to its last."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diban.intake.formats.assets.facts import document
from diban.intake.formats.encoding import GB18030, UTF8
from diban.intake.formats.reader import Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_NAME, _CHUNK = "TXT", 1 << 20
_CONTROLS = bytes({*range(9), 11, *range(14, 27), *range(28, 32), 127})


def recognises(head: bytes) -> bool:
    """Nothing in it that text cannot hold."""
    return bool(head) and head == head.translate(None, delete=_CONTROLS)


@contextmanager
def open_text(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The document's facts; `Refusal` when some of it is no text."""
    if not any(_decodes(path, encoding) for encoding in (UTF8, GB18030)):
        raise Refusal("encoding-unclear")
    yield document("text/plain", _NAME, None)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                if not recognises(chunk):
                    return False
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


TEXT = Reader(_NAME, recognises, open_text)
