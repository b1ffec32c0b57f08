"""How a layer is drawn, and what its fields hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Member
from typing_extensions import TypedDict

from diban.ground import GeometryKind
from diban.share.shapes.field import Field
from diban.share.shapes.told import told
from diban.share.shapes.words import Moment, Text


@told
class ValueColour(TypedDict):
    """The colour of a value."""

    value: str
    colour: str
    title: Text | None


@told
class ClassColour(TypedDict):
    """The colour of a class of numbers."""

    colour: str
    title: Text | None


@told
class Single(TypedDict):
    """One colour for all."""

    by: Literal["single"]


@told
class ByValue(TypedDict):
    """Colours by the values of a field."""

    by: Literal["value"]
    field: str
    values: list[ValueColour]


@told
class ByClass(TypedDict):
    """Colours by classes of a field's numbers, parted by ``breaks``."""

    by: Literal["class"]
    field: str
    breaks: list[float]
    classes: list[ClassColour]


Colouring = Annotated[Single | ByValue | ByClass, Member(discriminator="by")]


@told
class AreaStyle(TypedDict):
    """How areas are filled and edged."""

    opacity: float
    outline: str | None
    width: float


@told
class LineStyle(TypedDict):
    """How lines are drawn."""

    width: float


@told
class PointStyle(TypedDict):
    """How points are drawn."""

    radius: float
    outline: str
    width: float


@told
class Label(TypedDict):
    """What is written beside a feature."""

    field: str
    size: float
    from_zoom: float


@told
class Zooms(TypedDict):
    """Drawn from the first on, up to but not with the last; 24 is no end."""

    first: float
    last: float


@told
class Style(TypedDict):
    """How a layer is drawn; ``colour`` is that of what the colouring says nothing of."""

    colour: str
    colouring: Colouring
    area: AreaStyle
    line: LineStyle
    point: PointStyle
    label: Label | None
    zooms: Zooms
    opacity: float


@told
class NumberedStyle(Style):
    """A style with the number of its version."""

    number: int


@told
class StyleVersion(TypedDict):
    """A version of a style that was kept."""

    number: int
    at: Moment
    why: str
    by: Text


@told
class Ramp(TypedDict):
    """A set of colours that fits together."""

    name: str
    kind: Literal["categories", "sequence", "diverging"]
    title: Text
    colours: list[str]
    source: str


@told
class LayerStyle(TypedDict):
    """A layer's style as its provider sees it."""

    layer: str
    layer_title: Text
    resource: str
    resource_title: Text
    geometry: GeometryKind
    fields: list[Field]
    number: int
    """The version that is shown; 0 for the default, where none was kept."""
    style: Style
    default: Style
    versions: list[StyleVersion]
    ramps: list[Ramp]


@told
class ValueCount(TypedDict):
    """How often a value occurs."""

    value: str
    count: int


@told
class Numbers(TypedDict):
    """How numbers are spread: the percentiles from 0 to 100."""

    quantiles: list[float]


@told
class FieldValues(TypedDict):
    """What a field of a layer holds: its most frequent values, and how its numbers are spread."""

    looked_at: int
    whole: bool
    """Whether every row was looked at."""
    absent: int
    distinct: int
    values: list[ValueCount]
    numbers: Numbers | None
