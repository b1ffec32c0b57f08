"""What is wrong, how grave it is, how often it was found, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from diban.ground import Text

MAX_PLACES = 100
MAX_VALUE = 100
MAX_REPAIR = 8192


class Severity(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    """The features do not pass."""
    WARNING = "warning"
    """A person should look; the features pass."""
    NOTICE = "notice"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing a rule can find: what is the same wherever it is found.

    ``code`` is stable (``geometry.self-intersection``); ``rule`` is the rule's title; ``message``
    says what is wrong, ``remedy`` what to do; ``field`` names the column, if it is about one.
    ``repairable``: the platform proposes a repair of every row that has it.
    """

    code: str
    severity: Severity
    rule: Text
    message: Text
    remedy: Text
    field: str | None = None
    repairable: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One row that has a flaw.

    ``row`` is its 1-based number in the source; ``lon`` and ``lat`` (degrees, stored CRS) where to
    look, when that can be told; ``value`` the offending value, at most `MAX_VALUE` characters;
    ``other`` the earlier row that it contradicts. Of a proposed repair: ``repair`` the geometry
    (hexadecimal WKB, stored CRS; None beyond `MAX_REPAIR` bytes), ``areas`` in m² before and after.
    """

    row: int
    lon: float | None = None
    lat: float | None = None
    value: str | None = None
    other: int | None = None
    repair: str | None = None
    areas: tuple[float, float] | None = None

    def as_json(self) -> dict[str, object]:
        """Its members, those that are known."""
        members = {
            "row": self.row,
            "lon": self.lon,
            "lat": self.lat,
            "value": self.value,
            "other": self.other,
            "repair": self.repair,
            "areas": None if self.areas is None else list(self.areas),
        }
        return {name: value for name, value in members.items() if value is not None}

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Place:
        """Read `as_json` back."""
        lon, lat, text, other, repair = (value.get(name) for name in _MEMBERS)
        areas = value.get("areas")
        assert areas is None or isinstance(areas, list)
        return cls(
            row=int(str(value["row"])),
            lon=None if lon is None else float(str(lon)),
            lat=None if lat is None else float(str(lat)),
            value=None if text is None else str(text),
            other=None if other is None else int(str(other)),
            repair=None if repair is None else str(repair),
            areas=None if areas is None else (float(areas[0]), float(areas[1])),
        )


_MEMBERS = ("lon", "lat", "value", "other", "repair")


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw that was found: in ``count`` rows, the first `MAX_PLACES` of them in ``places``.

    A count of 0 is about the features as a whole.
    """

    flaw: Flaw
    count: int
    places: tuple[Place, ...]

    @property
    def code(self) -> str:
        """The flaw's stable code."""
        return self.flaw.code

    @property
    def severity(self) -> Severity:
        """How grave the flaw is."""
        return self.flaw.severity

    def as_json(self) -> dict[str, object]:
        """A JSON form from which `from_json` reads the same finding back."""
        flaw = self.flaw
        return {
            "code": flaw.code,
            "severity": flaw.severity.value,
            "rule": flaw.rule.as_json(),
            "message": flaw.message.as_json(),
            "remedy": flaw.remedy.as_json(),
            "field": flaw.field,
            "repairable": flaw.repairable,
            "count": self.count,
            "places": [place.as_json() for place in self.places],
        }

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Finding:
        """Read `as_json` back."""
        places, field = value["places"], value.get("field")
        assert isinstance(places, list)
        flaw = Flaw(
            code=str(value["code"]),
            severity=Severity(str(value["severity"])),
            rule=Text.from_json(value["rule"]),
            message=Text.from_json(value["message"]),
            remedy=Text.from_json(value["remedy"]),
            field=None if field is None else str(field),
            repairable=bool(value.get("repairable")),
        )
        return cls(flaw, int(str(value["count"])), tuple(Place.from_json(place) for place in places))
