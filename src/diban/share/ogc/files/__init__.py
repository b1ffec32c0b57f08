"""The forms in which a layer is taken as a file: one a module."""
