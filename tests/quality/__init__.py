"""Tests of the rules: planted faults are found, clean features are left alone."""
