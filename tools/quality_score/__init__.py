"""Recall and precision of the rules, measured on a sample city whose errors are known."""
