"""How the departments describe what they deliver, as entered in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from diban.app.sample_city.layers import SCHEMAS
from diban.app.sample_city.parties import CIVIL, HOUSING, MARKET, PLANNING, TRANSPORT, Department
from diban.ground import Text

_LICENCE = Text("澜湾市政务数据共享许可（样例）", "Lanwan government data sharing licence (sample)")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with its layers: slug, title and file of each."""

    slug: str
    title: Text
    abstract: Text
    provider: Department
    category: str
    cycle: str
    layers: tuple[tuple[str, Text, str], ...]
    condition: Text | None = None

    def as_json(self) -> dict[str, object]:
        """The description that a registration reads."""
        provider = self.provider
        conditions = {"sharing": "unconditional", "opening": "open"}
        given: dict[str, object] = {**conditions}
        if self.condition is not None:
            given = {
                "sharing": "conditional",
                "sharing_condition": self.condition.as_json(),
                "opening": "closed",
            }
        return {
            "slug": self.slug,
            "title": self.title.as_json(),
            "abstract": self.abstract.as_json(),
            "category": self.category,
            "provider": provider.code,
            "owner": provider.code,
            "format": "database",
            "cycle": self.cycle,
            "method": "service",
            **given,
            "licence": _LICENCE.as_json(),
            "source": provider.name.as_json(),
            "layers": [
                {"slug": slug, "title": title.as_json(), "file": file, "schema": SCHEMAS[slug].as_json()}
                for slug, title, file in self.layers
            ],
        }


RESOURCES = (
    Resource(
        "divisions",
        Text("行政区划", "Administrative divisions"),
        Text(
            "全市各区与街道的界线、名称和代码。", "Borders, names and codes of districts and street offices."
        ),
        CIVIL,
        "30100101",
        "yearly",
        (
            ("districts", Text("区", "Districts"), "districts.geojson"),
            ("street-offices", Text("街道", "Street offices"), "street-offices.geojson"),
        ),
    ),
    Resource(
        "roads",
        Text("城市道路", "Roads"),
        Text(
            "快速路、主干路、次干路和支路的中心线。",
            "Centre lines of roads, from expressways to local streets.",
        ),
        TRANSPORT,
        "30100201",
        "quarterly",
        (("roads", Text("道路中心线", "Road centre lines"), "roads.gpkg"),),
    ),
    Resource(
        "buildings",
        Text("建筑物", "Buildings"),
        Text(
            "全市建筑物基底，含层数、高度和用途，逐月更新。",
            "Footprints of all buildings with floors, height and use, updated every month.",
        ),
        HOUSING,
        "30100301",
        "monthly",
        (("buildings", Text("建筑物基底", "Building footprints"), "buildings.gpkg"),),
    ),
    Resource(
        "addresses",
        Text("标准地址", "Standard addresses"),
        Text(
            "门牌级标准地址点，与建筑物对应。",
            "Standard address points by house number, linked to buildings.",
        ),
        PLANNING,
        "30100401",
        "monthly",
        (("addresses", Text("标准地址点", "Address points"), "addresses.geojson"),),
    ),
    Resource(
        "organisations",
        Text("法人单位", "Organisations"),
        Text(
            "登记在册的法人单位，只写地址、没有坐标。",
            "Registered organisations; they name an address, no place.",
        ),
        MARKET,
        "30200101",
        "weekly",
        (("organisations", Text("法人单位名录", "Register of organisations"), "organisations.gpkg"),),
        Text("仅供履职使用", "for official duties only"),
    ),
)
