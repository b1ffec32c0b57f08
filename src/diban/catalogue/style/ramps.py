"""Colours that go together, each set told apart with every common colour blindness.

Categories: Okabe and Ito (2008), *Color Universal Design*, without yellow and black, which are lost on
paper tones; Tol (2021), *Colour Schemes*, SRON/EPS/TN/09-002, "muted". Sequences and the diverging one:
ColorBrewer 2 (Harrower and Brewer 2003), those it marks as colour-blind safe, in five steps; viridis:
Smith and van der Walt (2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice

from diban.catalogue.titled import Titled
from diban.ground import Text


class RampKind(Titled):
    """What a set of colours is for."""

    CATEGORIES = "categories", "分类", "categories"
    SEQUENCE = "sequence", "顺序", "sequence"
    DIVERGING = "diverging", "双向", "diverging"


@dataclass(frozen=True, slots=True)
class Ramp:
    """A named set of colours, with where it comes from."""

    name: str
    kind: RampKind
    colours: tuple[str, ...]
    source: str

    @property
    def title(self) -> Text:
        """What it is called."""
        return Text(zh=f"{self.kind.words.zh} · {self.name}", en=f"{self.kind.words.en} · {self.name}")

    def of(self, count: int) -> tuple[str, ...]:
        """So many colours: categories in turn, the others spread evenly from end to end."""
        if self.kind is RampKind.CATEGORIES:
            return tuple(islice(cycle(self.colours), count))
        if count == 1:
            return (self.colours[len(self.colours) // 2],)
        last = len(self.colours) - 1
        return tuple(self._at(place * last / (count - 1)) for place in range(count))

    def _at(self, place: float) -> str:
        low = min(int(place), len(self.colours) - 2)
        share = place - low
        pair = [
            [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
            for colour in self.colours[low : low + 2]
        ]
        mixed = [int(one + (other - one) * share + 0.5) for one, other in zip(*pair, strict=True)]
        return "#" + "".join(f"{part:02x}" for part in mixed)


OKABE_ITO = Ramp(
    "Okabe-Ito",
    RampKind.CATEGORIES,
    ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9"),
    "Okabe & Ito 2008",
)
MUTED = Ramp(
    "Tol muted",
    RampKind.CATEGORIES,
    (
        *("#cc6677", "#332288", "#ddcc77", "#117733", "#88ccee"),
        *("#882255", "#44aa99", "#999933", "#aa4499"),
    ),
    "Tol 2021",
)
YLGNBU = Ramp(
    "YlGnBu", RampKind.SEQUENCE, ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"), "ColorBrewer 2"
)
BLUES = Ramp(
    "Blues", RampKind.SEQUENCE, ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"), "ColorBrewer 2"
)
YLORBR = Ramp(
    "YlOrBr", RampKind.SEQUENCE, ("#ffffd4", "#fed98e", "#fe9929", "#d95f0e", "#993404"), "ColorBrewer 2"
)
VIRIDIS = Ramp(
    "viridis",
    RampKind.SEQUENCE,
    ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"),
    "Smith & van der Walt 2015",
)
PUOR = Ramp(
    "PuOr", RampKind.DIVERGING, ("#e66101", "#fdb863", "#f7f7f7", "#b2abd2", "#5e3c99"), "ColorBrewer 2"
)
RDBU = Ramp(
    "RdBu", RampKind.DIVERGING, ("#ca0020", "#f4a582", "#f7f7f7", "#92c5de", "#0571b0"), "ColorBrewer 2"
)
RAMPS = (OKABE_ITO, MUTED, YLGNBU, BLUES, YLORBR, VIRIDIS, PUOR, RDBU)
