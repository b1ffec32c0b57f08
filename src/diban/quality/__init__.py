"""Quality: rules over a feature set, and what they find.

`check` runs rules over features and gives a `Report`: findings with a stable code, a severity, the
first places and a remedy, a score, and whether the features pass. Bad data is a finding, never an
exception; what to do about it (return, ask, accept) is decided elsewhere.

Not here: computing what a delivery would change (that is the base's change set), reading
files, storing reports, or landing repairs.

Imports: ground; pyarrow, numpy, shapely.
"""

from diban.quality.checking import Progress, check
from diban.quality.dimension import Dimension
from diban.quality.finding import MAX_PLACES, Finding, Flaw, Place, Severity
from diban.quality.listing import Listing, read_listing
from diban.quality.look import UNREAD, Hits, Look
from diban.quality.mass_removal import mass_removal
from diban.quality.port import MOST_CODES, Before, Placed, Register, Surroundings
from diban.quality.repair import proposed, repaired
from diban.quality.report import Report
from diban.quality.rule import Inspection, RowByRow, Rule
from diban.quality.schema_drift import Delivered, schema_drift, sort_of
from diban.quality.standard import standard_rules

__all__ = [
    "MAX_PLACES",
    "MOST_CODES",
    "UNREAD",
    "Before",
    "Delivered",
    "Dimension",
    "Finding",
    "Flaw",
    "Hits",
    "Inspection",
    "Listing",
    "Look",
    "Place",
    "Placed",
    "Progress",
    "Register",
    "Report",
    "RowByRow",
    "Rule",
    "Severity",
    "Surroundings",
    "check",
    "mass_removal",
    "proposed",
    "read_listing",
    "repaired",
    "schema_drift",
    "sort_of",
    "standard_rules",
]
