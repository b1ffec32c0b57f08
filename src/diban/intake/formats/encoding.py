"""In which encoding bytes were written: told by the sender, by the file, or decided from the bytes.

GBK is always read as GB18030 (GB 18030-2022), which contains it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from diban.intake.formats.reader import Remarks
from diban.intake.sandbox.wire import Refusal

UTF8, GB18030 = "utf-8", "gb18030"
SAMPLE = 1 << 20

_CHINESE = (
    "gbk",
    "gb2312",
    "gb18030",
    "936",
    "cp936",
    "ms936",
    "x-gbk",
    "euc-cn",
    "hz",
    "ansi 936",
    "oem 936",
)
# What programs write when they mean "whatever this computer uses".
_VAGUE = ("latin-1", "iso8859-1", "cp1252", "ascii")
# Codecs that are machine code: loaded here, since a confined process can load none.
_LOADED = tuple(map(codecs.lookup, ("gb18030", "gb2312", "big5", "big5hkscs", "cp932", "cp949")))
_BAD_SHARE = 0.25
_LIKELY_SHARE, _SURE_SHARE = 0.8, 0.9
_NO_CHANCE, _SIGNS = (
    re.compile(rb"[\xe0-\xf4][\x80-\xbf]"),
    re.compile(rb"(?:[\x00-\x7f]|[\xc2\xc3][\x80-\xbf])*"),
)
_CUT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An encoding (None: neither fits) and whether the bytes leave no doubt."""

    encoding: str | None
    sure: bool


def named(word: str) -> str | None:
    """Python's name of an encoding as people and files write it; None when it is not known."""
    plain = word.strip().strip("\x00\"'").casefold()
    if plain in _CHINESE:
        return GB18030
    plain = re.sub(r"^(ansi|oem|ldid/|cp|windows-)\s*(\d+)$", r"cp\2", plain)
    plain = "utf-8" if plain in ("65001", "cp65001", "utf8", "utf-8-sig") else plain
    plain = f"iso8859-{plain[-1]}" if re.fullmatch(r"8859[1-9]", plain) else plain
    plain = f"cp{plain}" if plain.isdigit() else plain
    try:
        found = codecs.lookup(plain)
    except (LookupError, UnicodeError, ValueError):
        return None
    # Python knows codecs that are no encodings of text, such as zip and rot13.
    return found.name if getattr(found, "_is_text_encoding", True) and found.name != "idna" else None


def choose(said: str | None, stated: str | None, sample: bytes, remarks: Remarks) -> str:
    """The encoding to read with: the sender's word, else the file's where the bytes bear it out, else theirs.

    ``sample`` are bytes of texts that are not all ASCII, as many as there are or `SAMPLE`. What was taken
    is remarked unless the file said so itself; `Refusal` when nothing fits.
    """
    if said is not None:
        encoding = named(said)
        if encoding is None:
            raise Refusal("encoding-unknown", encoding=said)
        return encoding
    word = named(stated) if stated else None
    if sample.isascii():
        return word or UTF8
    found = decide(sample)
    if word is not None and word not in _VAGUE and _errors(sample, word)[0] == 0:
        return word
    if found.encoding is None:
        if word is None:
            raise Refusal("encoding-unclear")
        return word
    if stated and found.encoding != word:
        remarks.add("encoding-contradicted", f"{stated} → {found.encoding.upper()}")
    elif not stated:
        remarks.add("encoding-detected" if found.sure else "encoding-unsure", found.encoding.upper())
    return found.encoding


def decide(sample: bytes) -> Verdict:
    """UTF-8 or GB18030, by which of them the bytes follow and what they then say."""
    if sample.isascii():
        return Verdict(UTF8, True)
    wrong, right = _errors(sample, UTF8)
    as_chinese, chinese = _errors(sample, GB18030)
    common = _common_share(sample)
    likely_chinese = as_chinese <= _BAD_SHARE * (as_chinese + chinese) and common > _LIKELY_SHARE
    if wrong <= _BAD_SHARE * (wrong + right):
        # Pairs of GBK can by chance be two-byte characters of UTF-8, in a short text that has no others;
        # signs such as ° and ² alone are no sign of Chinese.
        doubtful = (
            likely_chinese
            and common > _SURE_SHARE
            and not _NO_CHANCE.search(sample)
            and not _SIGNS.fullmatch(sample)
        )
        return Verdict(UTF8, not doubtful and wrong == 0)
    if likely_chinese:
        return Verdict(GB18030, True)
    return Verdict(None, False)


def sample_of(chunks: Iterable[bytes]) -> bytes:
    """Of a text in pieces, those that are not all ASCII, up to `SAMPLE` bytes."""
    kept: list[bytes] = []
    size = 0
    for chunk in chunks:
        if not chunk.isascii():
            kept.append(chunk)
            size += len(chunk)
            if size >= SAMPLE:
                break
    return b"\n".join(kept)[:SAMPLE]


def _errors(sample: bytes, encoding: str) -> tuple[int, int]:
    """Characters that cannot be, and those beyond ASCII that can."""
    text = sample.decode(encoding, "replace")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    wrong = text.count(_CUT)
    # The end of a sample may stand in the middle of a character.
    return max(wrong - text.endswith(_CUT), 0), int(np.count_nonzero(codes > 0x7F)) - wrong


def _common_share(sample: bytes) -> float:
    """Of what the bytes say in GB18030, the share of characters that GB 2312 has: those in daily use."""
    text = "".join(mark for mark in sample.decode(GB18030, "replace") if mark > "\x7f" and mark != _CUT)
    return len(text.encode("gb2312", "ignore")) / 2 / max(len(text), 1)
