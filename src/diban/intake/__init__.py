"""Intake (汇聚): a delivery arrives; its file is opened in the sandbox, read by format, and spooled.

`Deliveries` is the register of what was sent and where it stands; `open_upload` reads a stored
file in a confined process; a `Mapping` says how its columns meet the declared fields; `spool` writes
its features once, typed, hashed, in the stored CRS.

Not here: whether the data is good (quality), what it changes (base), who decides (governance).

Imports: ground, store; pyarrow, shapely, and in the sandbox pyogrio.
"""

from diban.intake.delivery import Deliveries, Delivery, Sent
from diban.intake.delivery_state import DeliveryState
from diban.intake.mapping import Mapping, Mappings
from diban.intake.sandbox.available import Availability, sandbox_available
from diban.intake.sandbox.reading import Places, Reading, SourceLayer, open_upload
from diban.intake.sandbox.unreadable import Unreadable
from diban.intake.spool import Columns, match_columns, open_spool, spool

__all__ = [
    "Availability",
    "Columns",
    "Deliveries",
    "Delivery",
    "DeliveryState",
    "Mapping",
    "Mappings",
    "Places",
    "Reading",
    "Sent",
    "SourceLayer",
    "Unreadable",
    "match_columns",
    "open_spool",
    "open_upload",
    "sandbox_available",
    "spool",
]
