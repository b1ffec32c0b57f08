"""Measures the house and names what breaks its rules: ``python -m tools.measure [root]``.

Not a linter of style (ruff), types (mypy) or arrows between rooms (import-linter): it holds the rules
that none of them knows. One rule per file in `tools.measure.checks`; each takes the `Tree` and returns
one line per offence, ``place: what is wrong``. Imports nothing but the standard library, and reads the
measured code as text: nothing of it is run.
"""
