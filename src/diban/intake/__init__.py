"""Intake (汇聚): a delivery arrives; its file is opened in the sandbox, read by format, and spooled.

`Deliveries` is the register of what was sent and where it stands; `open_upload` reads a stored
file in a confined process; `spool` writes its features once, typed, hashed, in the stored CRS.

Not here: whether the data is good (quality), what it changes (base), who decides (governance).

Imports: ground, store; pyarrow, shapely, and in the sandbox pyogrio.
"""

from diban.intake.delivery import Deliveries, Delivery, Sent
from diban.intake.delivery_state import DeliveryState
from diban.intake.spool import Columns, match_columns, open_spool, spool

__all__ = ["Columns", "Deliveries", "Delivery", "DeliveryState", "Sent", "match_columns", "open_spool", "spool"]
