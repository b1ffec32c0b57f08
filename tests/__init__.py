"""The tests mirror `src/diban`, room by room (a package, so that no installed `tests` shadows it)."""
