"""Journeys: the acts of the platform, each one file that reads from top to bottom.

Every step takes what the last one returned; no step calls back; each fact has one writer.
"""
