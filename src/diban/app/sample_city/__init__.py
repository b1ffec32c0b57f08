"""A made-up city, 澜湾 (Lanwan), to try everything on.

`write_city` draws it up and writes what its departments would deliver: files in every form they
use, the description of each resource, the sheet of departments, a round of updates a month on,
deliveries with errors planted in them, and the truth: every error, link, CRS and change. It stands
at Shenzhen's place and proportions, on both sides of 114°E; every name, number and row is made up.
The same arguments give the same bytes.

The order in which it grows: land form (`land`), streets of the whole city (`mesh`), divisions
(`divisions`), then quarter by quarter (`growth`) blocks, parcels and plots (`quarters`), buildings
(`footprints`), and their rows (`quarter_rows`). Rows wait on the disk (`spool`) to be written
(`write`, `forms`, `formats`), clean or with errors (`faults`). Files that are kept whole (`files`)
are drawn from the same plan: heights (`terrain`), a view (`view`), a document (`specification`).

Not here: checking, registering or delivering. What is planted is known without the rules that
are to find it.

Imports: ground; pyarrow, numpy, shapely, pyproj, pyogrio, orjson, openpyxl, pillow.
"""

from diban.app.sample_city.deliveries import Delivery, Round, Verdict
from diban.app.sample_city.faults import Planted
from diban.app.sample_city.write import SampleFile, write_city

__all__ = ["Delivery", "Planted", "Round", "SampleFile", "Verdict", "write_city"]
