"""Acts that have no command of their own, done in a process of the forge."""
from __future__ import annotations
