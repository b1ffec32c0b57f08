"""Intake (汇聚): a delivery arrives; its file is opened in the sandbox, read by format, and spooled.

`Uploads` takes bytes in resumable pieces; `Deliveries` is the register of what was sent and where it
stands; `open_upload` reads a stored file in a confined process; a `Mapping` says how its columns meet
the declared fields; `detect` holds its coordinates against where the city lies; `spool` writes its
features once, typed, hashed, in the stored CRS; `write_marked` gives faulty rows back in the file's form.

Not here: whether the data is good (quality), what it changes (base), who decides (governance).

Imports: ground, store; pyarrow, shapely, pyogrio (for reading in the sandbox alone).
"""

from diban.intake.delivery import Deliveries, Delivery, DeliveryMove, Sent
from diban.intake.delivery_head import DeliveryHead, heads_in, heads_of, last_heads, received_since
from diban.intake.delivery_state import DeliveryState
from diban.intake.detect import (
    MOST,
    Basis,
    Detection,
    Districts,
    Known,
    Reference,
    Sample,
    Verdict,
    detect,
    sample_of,
)
from diban.intake.first_row import seems_data, seems_names
from diban.intake.formats.marks import MARKS
from diban.intake.local_times import LocalTimes
from diban.intake.mapping import Mapping, Mappings, Saved
from diban.intake.marked.rows import UNBOUNDED, Bound, Marked, write_marked
from diban.intake.sandbox.available import Availability, sandbox_available
from diban.intake.sandbox.launch import reading_ahead
from diban.intake.sandbox.reading import Places, Reading, SourceLayer, open_upload
from diban.intake.sandbox.remark import Remark
from diban.intake.sandbox.unreadable import Unreadable
from diban.intake.spool import Columns, match_columns, open_spool, spool
from diban.intake.uploads import Upload, Uploads, Writer

__all__ = [
    "MARKS",
    "MOST",
    "UNBOUNDED",
    "Availability",
    "Basis",
    "Bound",
    "Columns",
    "Deliveries",
    "Delivery",
    "DeliveryHead",
    "DeliveryMove",
    "DeliveryState",
    "Detection",
    "Districts",
    "Known",
    "LocalTimes",
    "Mapping",
    "Mappings",
    "Marked",
    "Places",
    "Reading",
    "Reference",
    "Remark",
    "Sample",
    "Saved",
    "Sent",
    "SourceLayer",
    "Unreadable",
    "Upload",
    "Uploads",
    "Verdict",
    "Writer",
    "detect",
    "heads_in",
    "heads_of",
    "last_heads",
    "match_columns",
    "open_spool",
    "open_upload",
    "reading_ahead",
    "received_since",
    "sample_of",
    "sandbox_available",
    "seems_data",
    "seems_names",
    "spool",
    "write_marked",
]
