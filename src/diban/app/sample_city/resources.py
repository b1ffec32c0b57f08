"""How the departments describe what they deliver, as entered in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from diban.app.sample_city.layers import SCHEMAS
from diban.app.sample_city.parties import CIVIL, HOUSING, MARKET, PLANNING, TRANSPORT, Department
from diban.ground import AssetKind, Text

_LICENCE = Text("澜湾市政务数据共享许可（样例）", "Lanwan government data sharing licence (sample)")
_FORMATS = {
    None: "database",
    AssetKind.RASTER: "graphic",
    AssetKind.DOCUMENT: "document",
    AssetKind.PHOTO: "graphic",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with its layers: slug, title and file of each; ``asset``: they hold a file of that kind."""

    slug: str
    title: Text
    abstract: Text
    provider: Department
    category: str
    cycle: str
    layers: tuple[tuple[str, Text, str], ...]
    condition: Text | None = None
    asset: AssetKind | None = None
    licence: Text = _LICENCE

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
            "format": _FORMATS[self.asset],
            "cycle": self.cycle,
            "method": "service" if self.asset is None else "file",
            **given,
            "licence": self.licence.as_json(),
            "source": provider.name.as_json(),
            "layers": [
                {"slug": slug, "title": title.as_json(), "file": file, **self._holds(slug)}
                for slug, title, file in self.layers
            ],
        }

    def _holds(self, slug: str) -> dict[str, object]:
        """What a layer holds: rows of a schema, or a file of a kind."""
        return {"schema": SCHEMAS[slug].as_json()} if self.asset is None else {"asset": self.asset.value}


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
    Resource(
        "terrain",
        Text("数字高程模型", "Digital elevation model"),
        Text(
            "全市陆域地面高程，格网间距 50 米，海域和市外无数据。",
            "Heights of the ground on a grid of 50 m; none at sea and beyond the city's border.",
        ),
        PLANNING,
        "30100801",
        "yearly",
        (("terrain", Text("地面高程", "Heights of the ground"), "terrain.tif"),),
        asset=AssetKind.RASTER,
    ),
    Resource(
        "buildings-spec",
        Text("建筑物数据说明", "Buildings: data specification"),
        Text(
            "建筑物图层的信息项、代码表、质量要求和版本记录。",
            "Fields, code lists, demands on quality and issues of the layer of buildings.",
        ),
        HOUSING,
        "30100302",
        "on_event",
        (("buildings-spec", Text("数据说明", "Data specification"), "buildings-spec.docx"),),
        asset=AssetKind.DOCUMENT,
    ),
    Resource(
        "city-view",
        Text("城市风貌照片", "View of the city"),
        Text(
            "从观景点俯瞰中心城区，含拍摄位置、方向与时间；按样例城市的地形和建筑绘制。",
            "The centre seen from a hill, with place, direction and time; drawn from the sample city itself.",
        ),
        PLANNING,
        "30100901",
        "half_yearly",
        (("city-view", Text("观景点照片", "View from the hill"), "city-view.jpg"),),
        asset=AssetKind.PHOTO,
    ),
)

RESOURCE_OF = {slug: resource for resource in RESOURCES for slug, *_ in resource.layers}
"""The resource of each layer."""
