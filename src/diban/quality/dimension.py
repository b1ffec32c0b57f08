"""The six dimensions of data quality (GB/T 36344-2018) under which findings are told."""

from __future__ import annotations

from enum import StrEnum

from diban.ground import Text


class Dimension(StrEnum):
    """What a finding is about; the order is the standard's."""

    CONFORMITY = "conformity"
    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    ACCESSIBILITY = "accessibility"

    @property
    def words(self) -> Text:
        """The dimension's name for people."""
        return _WORDS[self]

    @classmethod
    def of(cls, code: str) -> Dimension:
        """The dimension of a finding's code: that of the longest beginning that is known.

        What can only be said of a file (it cannot be opened, its CRS is not told) concerns whether
        the data can be got at.
        """
        known = [beginning for beginning in _OF if code == beginning or code.startswith(f"{beginning}.")]
        return _OF[max(known, key=len)] if known else cls.ACCESSIBILITY


_WORDS = {
    Dimension.CONFORMITY: Text(zh="规范性", en="Conformity"),
    Dimension.COMPLETENESS: Text(zh="完整性", en="Completeness"),
    Dimension.ACCURACY: Text(zh="准确性", en="Accuracy"),
    Dimension.CONSISTENCY: Text(zh="一致性", en="Consistency"),
    Dimension.TIMELINESS: Text(zh="时效性", en="Timeliness"),
    Dimension.ACCESSIBILITY: Text(zh="可访问性", en="Accessibility"),
}

_OF = {
    "field": Dimension.CONFORMITY,
    "field.required": Dimension.COMPLETENESS,
    "field.range": Dimension.ACCURACY,
    "field.reference": Dimension.CONSISTENCY,
    "field.reference-absent": Dimension.CONSISTENCY,
    "field.repeated": Dimension.CONSISTENCY,
    "key": Dimension.CONSISTENCY,
    "duplicate": Dimension.CONSISTENCY,
    "column": Dimension.COMPLETENESS,
    "column.undeclared": Dimension.CONFORMITY,
    "schema": Dimension.CONFORMITY,
    "change": Dimension.COMPLETENESS,
    "geometry": Dimension.ACCURACY,
    "geometry.absent": Dimension.COMPLETENESS,
    "geometry.empty": Dimension.COMPLETENESS,
    "geometry.kind": Dimension.CONFORMITY,
    "geometry.unreadable": Dimension.COMPLETENESS,
    "extent": Dimension.ACCURACY,
}
