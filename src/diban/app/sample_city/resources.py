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
            "全市各区、街道与社区的界线、名称和代码。",
            "Borders, names and codes of districts, street offices and communities.",
        ),
        CIVIL,
        "30100101",
        "yearly",
        (
            ("districts", Text("区", "Districts"), "districts.geojson"),
            ("street-offices", Text("街道", "Street offices"), "street-offices.geojson"),
            ("communities", Text("社区", "Communities"), "communities.geojson"),
        ),
    ),
    Resource(
        "land-cover",
        Text("水域与绿地", "Water and green"),
        Text("海域、河流、水库、山林和公园的范围。", "Sea, rivers, reservoirs, forest and parks."),
        PLANNING,
        "30100501",
        "yearly",
        (
            ("sea", Text("海域", "Sea"), "land-cover.gpkg"),
            ("water", Text("水域", "Water"), "land-cover.gpkg"),
            ("green", Text("绿地", "Green"), "land-cover.gpkg"),
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
        "parcels",
        Text("宗地", "Parcels"),
        Text("全市宗地的界线、用途和面积。", "Borders, use and area of all parcels of land."),
        PLANNING,
        "30100601",
        "monthly",
        (("parcels", Text("宗地", "Parcels"), "parcels.gpkg"),),
    ),
    Resource(
        "buildings",
        Text("建筑物", "Buildings"),
        Text(
            "全市建筑物基底，含层数、高度、用途和年份，逐月更新。",
            "Footprints of all buildings with floors, height, use and year, updated every month.",
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
            "楼栋级标准地址点，25 位地址编码，与建筑物对应。",
            "Standard address points by building with 25-digit codes, linked to buildings.",
        ),
        PLANNING,
        "30100401",
        "monthly",
        (("addresses", Text("标准地址点", "Address points"), "addresses.geojson"),),
    ),
    Resource(
        "poi",
        Text("兴趣点", "Points of interest"),
        Text("餐饮、购物、教育、医疗等兴趣点。", "Places to eat, shop, learn, be treated, and more."),
        PLANNING,
        "30100701",
        "quarterly",
        (("poi", Text("兴趣点", "Points of interest"), "poi.gpkg"),),
    ),
    Resource(
        "enterprises",
        Text("企业登记", "Registered organisations"),
        Text(
            "登记在册的企业和单位，只写住所、没有坐标。",
            "Organisations on the register; they name an address, no place.",
        ),
        MARKET,
        "30200101",
        "weekly",
        (("enterprises", Text("企业登记名录", "Register of organisations"), "enterprises.gpkg"),),
        Text("仅供履职使用", "for official duties only"),
    ),
    Resource(
        "catering",
        Text("餐饮许可", "Food business licences"),
        Text("餐饮服务经营许可，只写经营场所。", "Licences of eating places; they name their premises."),
        MARKET,
        "30200201",
        "weekly",
        (("catering", Text("餐饮许可名录", "Register of licences"), "catering.gpkg"),),
        Text("仅供履职使用", "for official duties only"),
    ),
)

RESOURCE_OF = {slug: resource for resource in RESOURCES for slug, *_ in resource.layers}
"""The resource of each layer."""
