"""Whose objects who may read and change: every route, every method, every sort of asker, own and others'.

`rules` has what is expected, `askers` who asks, `planted` what must not be seen by whom. A route of the
OpenAPI document without a rule fails; ``python -m tests.share.idor.page`` writes the rules as a page.
"""
