"""Rows of a delivered file written back to its sender, each with what is wrong with it."""
