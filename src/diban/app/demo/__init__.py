"""The demonstration: a made-up city sent down the whole road, served, and asked by a real client."""

from diban.app.demo.build import PASSWORD, Demonstration, build_demo
from diban.app.demo.check import Asked, ask_everything

__all__ = ["PASSWORD", "Asked", "Demonstration", "ask_everything", "build_demo"]
