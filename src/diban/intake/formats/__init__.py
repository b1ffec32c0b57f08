"""One reader per format; they run only inside the confined child process.

`registry` chooses a reader by what a file contains, never by its name. A new format is a new file
beside `geojson` and `geopackage` and one line in `registry`. This file imports nothing, for the
child's quick start.
"""
