"""How departments write what they deliver: one format per file.

Every writer of rows takes them as tables, one after another, and keeps no more than one of them.
"""

from diban.app.sample_city.formats.comma_separated import write_csv
from diban.app.sample_city.formats.docx import write_docx
from diban.app.sample_city.formats.geojson import write_geojson
from diban.app.sample_city.formats.geopackage import write_geopackage
from diban.app.sample_city.formats.geoparquet import write_geoparquet
from diban.app.sample_city.formats.geotiff import write_geotiff
from diban.app.sample_city.formats.photo import write_photo
from diban.app.sample_city.formats.rows import Row, rows_of, table_of
from diban.app.sample_city.formats.shapefile import write_shapefile
from diban.app.sample_city.formats.workbook import write_workbook

__all__ = [
    "Row",
    "rows_of",
    "table_of",
    "write_csv",
    "write_docx",
    "write_geojson",
    "write_geopackage",
    "write_geoparquet",
    "write_geotiff",
    "write_photo",
    "write_shapefile",
    "write_workbook",
]
