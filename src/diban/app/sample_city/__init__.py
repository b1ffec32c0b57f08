"""A small made-up city, 澜湾 (Lanwan), to try everything on.

`write_city` draws it up and writes what its departments would deliver: files, the description of
each resource, the sheet of departments, the buildings a month on, and a faulty delivery with the
list of what is wrong in it. It stands at Shenzhen's place and proportions, on both sides of
114°E; every name, code and row is made up. The same arguments give the same bytes.

Not here: checking, registering or delivering. What is planted is known without the rules that
are to find it.

Imports: ground; pyarrow, numpy, shapely, pyogrio.
"""

from diban.app.sample_city.city import City, draw_up
from diban.app.sample_city.faults import Planted
from diban.app.sample_city.write import SampleFile, Sort, write_city

__all__ = ["City", "Planted", "SampleFile", "Sort", "draw_up", "write_city"]
