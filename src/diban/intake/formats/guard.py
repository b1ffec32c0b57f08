"""Cells of a CSV that a spreadsheet would take for a formula, made harmless, and taken back exactly.

A CSV cannot say that a cell is text, so a program may run what begins with one of ``= + - @`` (also
full-width), a tab or a line end: OWASP's CSV injection. Such a cell gets an apostrophe before it. Numbers
with a sign and mere dashes are no formulas and stay as they are; a text that begins with apostrophes and then
such a sign gets one more, so that taking one off gives every text back.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

APOSTROPHE = "'"

_BLANK = r"[\x{00}-\x{20}\x{a0}\x{3000}\x{feff}]"
_SIGN = rf"({_BLANK}*[=+\-@＝＋－＠]|[\t\r\n])"
_DANGEROUS = rf"^{APOSTROPHE}*{_SIGN}"
_GUARDED = rf"^{APOSTROPHE}+{_SIGN}"
_HARMLESS = rf"^{_BLANK}*([-+]([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-－]+){_BLANK}*$"


def guard(column: pa.Array) -> pa.Array:
    """The same texts, an apostrophe before each that a spreadsheet might run."""
    sign = pc.match_substring_regex(column, _DANGEROUS)
    if not pc.any(sign).as_py():
        return column
    risky = pc.and_not(sign, pc.match_substring_regex(column, _HARMLESS))
    return pc.if_else(risky, pc.binary_join_element_wise(APOSTROPHE, column, ""), column)


def guarded(column: pa.Array) -> pa.Array | None:
    """Which texts begin as those that `guard` has changed; None where none does, which is soon told."""
    if not pc.any(pc.starts_with(column, APOSTROPHE)).as_py():
        return None
    found = pc.match_substring_regex(column, _GUARDED).fill_null(False)
    return found if pc.any(found).as_py() else None


def unguard(column: pa.Array, found: pa.Array) -> pa.Array:
    """The texts as they were before `guard`, where ``found`` says that they were changed."""
    return pc.if_else(found, pc.utf8_slice_codeunits(column, 1), column)
