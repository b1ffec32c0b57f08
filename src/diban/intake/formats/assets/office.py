"""Documents in ZIP: Office Open XML (ISO/IEC 29500), OpenDocument (ISO/IEC 26300), OFD (GB/T 33190)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diban.intake.formats.archive import SIGNATURES, Archive, Member
from diban.intake.formats.assets.facts import document
from diban.intake.formats.reader import Reader, Remarks, Source, Wanted
from diban.intake.sandbox.limits import Limits
from diban.intake.sandbox.wire import Refusal

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_MARKS = {
    "word/document.xml": ("DOCX", f"{_OPEN_XML}wordprocessingml.document"),
    "xl/workbook.xml": ("XLSX", f"{_OPEN_XML}spreadsheetml.sheet"),
    "ppt/presentation.xml": ("PPTX", f"{_OPEN_XML}presentationml.presentation"),
    "ofd.xml": ("OFD", "application/ofd"),
}
_OPEN_DOCUMENTS = {"text": "ODT", "spreadsheet": "ODS", "presentation": "ODP"}
_PAGES = re.compile(r"<(?:Pages|Slides)>(\d{1,7})</")
_OFD_PAGE = re.compile(r"doc_\d+/pages/page_\d+/content\.xml")
_MACROS = "vbaproject.bin"


@contextmanager
def open_office(path: Path, wanted: Wanted, limits: Limits, remarks: Remarks) -> Iterator[Source]:
    """The document's facts; `Refusal` when the archive is harmful or holds no document."""
    with path.open("rb") as file:
        archive = Archive(file, limits)
        members = {member.name.casefold(): member for member in archive.members}
        name, media_type = _kind(archive, members)
        if any(member.endswith(_MACROS) for member in members):
            remarks.add("document-macros")
        pages = sum(_OFD_PAGE.fullmatch(member) is not None for member in members) or _said(archive, members)
    yield document(media_type, name, pages)


def _kind(archive: Archive, members: dict[str, Member]) -> tuple[str, str]:
    for mark, kind in _MARKS.items():
        if mark in members:
            return kind
    said = archive.word(members["mimetype"]).strip() if "mimetype" in members else ""
    sort = said.removeprefix(_OPEN_DOCUMENT)
    if said != sort and sort in _OPEN_DOCUMENTS:
        return _OPEN_DOCUMENTS[sort], said
    raise Refusal("asset-unknown", formats="PDF, OFD, DOCX, XLSX, PPTX, ODT, ODS, ODP, TXT")


def _said(archive: Archive, members: dict[str, Member]) -> int | None:
    """The count that the program wrote which saved it."""
    if "docprops/app.xml" not in members:
        return None
    met = _PAGES.search(archive.word(members["docprops/app.xml"]))
    return None if met is None else int(met.group(1))


OFFICE = Reader("DOCX, XLSX, PPTX, ODT, ODS, ODP, OFD", lambda head: head.startswith(SIGNATURES), open_office)
