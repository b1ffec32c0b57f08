"""Client: the platform from Python, over HTTP.

Read the catalogue, take features as Arrow or as a GeoDataFrame, tiles and files; deliver a file and wait
for its outcome. Every answer names source, licence and version; every refusal is a `ClientError`.

Not here: anything that looks into the platform itself; it runs wherever there is Python and a network.

Imports: httpx, pyarrow, shapely, pyproj; no other room, and no other room imports it.
"""

from diban.client.client import Client
from diban.client.delivery import (
    Candidate,
    Change,
    Delivery,
    Finding,
    Place,
    Progress,
    Question,
    Report,
)
from diban.client.errors import (
    ClientError,
    Conflict,
    Damaged,
    Denied,
    Invalid,
    Missing,
    MissingExtra,
    ServerFailure,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unfinished,
    Unreachable,
    Unreadable,
)
from diban.client.features import Features
from diban.client.layer import Layer
from diban.client.resource import Asset, Code, Field, LayerInfo, Resource

__all__ = [
    "Asset",
    "Candidate",
    "Change",
    "Client",
    "ClientError",
    "Code",
    "Conflict",
    "Damaged",
    "Delivery",
    "Denied",
    "Features",
    "Field",
    "Finding",
    "Invalid",
    "Layer",
    "LayerInfo",
    "Missing",
    "MissingExtra",
    "Place",
    "Progress",
    "Question",
    "Report",
    "Resource",
    "ServerFailure",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Unfinished",
    "Unreachable",
    "Unreadable",
]
