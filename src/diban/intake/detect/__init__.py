"""In which CRS coordinates really are, told from where they would fall: one family of guesses per file.

Never decides anything: a `Detection` says whether what is declared holds, or what to ask the sender.
"""

from diban.intake.detect.detection import Basis, Detection, Verdict, detect
from diban.intake.detect.reference import Districts, Known, Reference
from diban.intake.detect.sample import MOST, Sample, sample_of

__all__ = [
    "MOST",
    "Basis",
    "Detection",
    "Districts",
    "Known",
    "Reference",
    "Sample",
    "Verdict",
    "detect",
    "sample_of",
]
