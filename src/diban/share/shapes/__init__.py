"""Shapes: what every JSON answer is made of, one file a document, as the OpenAPI document tells it.

A shape is a ``TypedDict`` under `told`, which refuses members that it does not name; the tests hold real
answers against it. Which route answers which shape stands where the route is declared.

Not here: how answers are made (the blocks), how requests are read (``parameters/``).

Imports: ground, catalogue, intake, quality, governance (their enumerations); pydantic.
"""

from diban.share.shapes.components import SCHEMAS, Shape, component_schemas, reference_to
from diban.share.shapes.told import told

__all__ = ["SCHEMAS", "Shape", "component_schemas", "reference_to", "told"]
