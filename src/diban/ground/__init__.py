"""Ground: the words that every room shares.

Identifiers, errors, texts in two languages, CRS, extent, moment, schema, feature batches, row and
content hashes, plain rings, changes, conditions, check characters and scopes. Values and pure functions
only.

Not here: files, networks, databases, frameworks, settings, or anything that knows a delivery.

Imports: pyarrow, numpy, pyproj; no other room.
"""

from diban.ground.ahead import ahead
from diban.ground.asset import Asset, asset_schema, facts_sent
from diban.ground.asset_kind import AssetKind
from diban.ground.changes import ChangeSet, Mode
from diban.ground.check import Check
from diban.ground.constraint import Constraint
from diban.ground.crs import (
    CGCS2000,
    CRS84,
    GAUSS_114E,
    STORED,
    SUPPORTED,
    WEB_MERCATOR,
    WGS84,
    Crs,
    parse_crs,
    project,
)
from diban.ground.datum import Shift
from diban.ground.errors import (
    Conflict,
    Damaged,
    Denied,
    Fault,
    IllegalMove,
    Invalid,
    Missing,
    OutcomeUnknown,
    StorageFull,
    TakenOver,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unsafe,
)
from diban.ground.extent import Extent
from diban.ground.features import FID, HASH, ROW, FeatureSet
from diban.ground.hashing import HASH_BYTES, ContentHash, canonical_numbers, row_hashes
from diban.ground.ids import AccountId, DeliveryId, JobId, LayerId, PartyId, ResourceId, VersionId, new_id
from diban.ground.moment import NOW, Moment, instant, micros, now
from diban.ground.predicate import (
    Absent,
    AllOf,
    AnyOf,
    Compare,
    Not,
    OneOf,
    Operator,
    Predicate,
    Value,
    fields_of,
)
from diban.ground.rings import Rings, read_rings
from diban.ground.schema import GEOMETRY, Code, Field, GeometryKind, Kind, Schema
from diban.ground.scope import LayerScope, Mask, Scope
from diban.ground.source_crs import BD09, GAUSS, GCJ02, UTM, source_crs
from diban.ground.storable import require_storable
from diban.ground.text import Text

__all__ = [
    "BD09",
    "CGCS2000",
    "CRS84",
    "FID",
    "GAUSS",
    "GAUSS_114E",
    "GCJ02",
    "GEOMETRY",
    "HASH",
    "HASH_BYTES",
    "NOW",
    "ROW",
    "STORED",
    "SUPPORTED",
    "UTM",
    "WEB_MERCATOR",
    "WGS84",
    "Absent",
    "AccountId",
    "AllOf",
    "AnyOf",
    "Asset",
    "AssetKind",
    "ChangeSet",
    "Check",
    "Code",
    "Compare",
    "Conflict",
    "Constraint",
    "ContentHash",
    "Crs",
    "Damaged",
    "DeliveryId",
    "Denied",
    "Extent",
    "Fault",
    "FeatureSet",
    "Field",
    "GeometryKind",
    "IllegalMove",
    "Invalid",
    "JobId",
    "Kind",
    "LayerId",
    "LayerScope",
    "Mask",
    "Missing",
    "Mode",
    "Moment",
    "Not",
    "OneOf",
    "Operator",
    "OutcomeUnknown",
    "PartyId",
    "Predicate",
    "ResourceId",
    "Rings",
    "Schema",
    "Scope",
    "Shift",
    "StorageFull",
    "TakenOver",
    "Text",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Unsafe",
    "Value",
    "VersionId",
    "ahead",
    "asset_schema",
    "canonical_numbers",
    "facts_sent",
    "fields_of",
    "instant",
    "micros",
    "new_id",
    "now",
    "parse_crs",
    "project",
    "read_rings",
    "require_storable",
    "row_hashes",
    "source_crs",
]
