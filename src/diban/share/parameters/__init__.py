"""Query parameters of the services, one per file: how each is described, and from its text to a value.

A text that breaks the rule is `Invalid`, which names the parameter, the limit and the remedy.
"""
