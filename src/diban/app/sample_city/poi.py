"""Points of interest (兴趣点): what is to be found in the buildings."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from diban.app.sample_city.layers import POI_CLASSES
from diban.app.sample_city.names import Names, joined
from diban.app.sample_city.plane import Flags, Ints

EATING = "0101"
_WORDS = {
    EATING: (("茶餐厅", "Tea Restaurant"), ("面馆", "Noodles"), ("海鲜酒家", "Seafood"), ("咖啡", "Coffee")),
    "0102": (("超市", "Supermarket"), ("便利店", "Store"), ("百货", "Department Store")),
    "0103": (("洗衣店", "Laundry"), ("理发店", "Barber"), ("快递站", "Parcels")),
    "0104": (("酒店", "Hotel"), ("公寓", "Apartments")),
    "0201": (("科技公司", "Technologies"), ("设计公司", "Design"), ("贸易公司", "Trading")),
    "0202": (("银行网点", "Bank"), ("证券营业部", "Securities")),
    "0203": (("电子厂", "Electronics Works"), ("仓库", "Warehouse"), ("印刷厂", "Printing Works")),
    "0301": (("小学", "Primary School"), ("中学", "Secondary School"), ("幼儿园", "Kindergarten")),
    "0302": (("社康中心", "Health Centre"), ("医院", "Hospital"), ("药房", "Pharmacy")),
    "0303": (("图书馆", "Library"), ("体育馆", "Sports Hall"), ("剧场", "Theatre")),
    "0304": (("街道办事处", "Street Office"), ("派出所", "Police Station")),
    "0401": (("公园", "Park"), ("观景台", "Lookout")),
    "0402": (("停车场", "Car Park"),),
}
_HAVE = np.array([0.85, 0.34, 0.22, 0.40, 0.95, 0.50])
"""The share of buildings of each zone that have one."""
_MIX = np.array(
    [
        # classes in the order above, by zone
        [0.20, 0.12, 0.05, 0.08, 0.30, 0.13, 0.00, 0.00, 0.03, 0.02, 0.00, 0.00, 0.07],
        [0.24, 0.26, 0.22, 0.02, 0.04, 0.02, 0.00, 0.08, 0.05, 0.01, 0.00, 0.00, 0.06],
        [0.36, 0.30, 0.18, 0.08, 0.04, 0.00, 0.02, 0.00, 0.02, 0.00, 0.00, 0.00, 0.00],
        [0.12, 0.06, 0.05, 0.00, 0.20, 0.00, 0.47, 0.00, 0.00, 0.00, 0.00, 0.00, 0.10],
        [0.05, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.42, 0.18, 0.15, 0.12, 0.00, 0.08],
        [0.10, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.10, 0.00, 0.70, 0.10],
    ]
)


def having(zone: Ints, rng: np.random.Generator) -> Flags:
    """Which buildings have a point of interest."""
    return rng.uniform(size=len(zone)) < _HAVE[zone]


def named(first: int, zone: Ints, stock: Names, rng: np.random.Generator) -> tuple[pa.Array, Names]:
    """A class and a name for each point; numbered from ``first``."""
    share = _MIX[zone].cumsum(axis=1)
    kind = (rng.uniform(size=(len(zone), 1)) * share[:, -1:] > share).sum(axis=1).clip(max=len(_WORDS) - 1)
    sizes = np.array([len(words) for words in _WORDS.values()])
    word = (sizes.cumsum() - sizes)[kind] + (rng.uniform(size=len(zone)) * sizes[kind]).astype(np.int64)
    words = [word for listed in _WORDS.values() for word in listed]
    zh, en = (pa.array([word[side] for word in words]).take(pa.array(word)) for side in (0, 1))
    codes = pa.array([code.value for code in POI_CLASSES]).take(pa.array(kind))
    return codes, stock.take(first * 7 + rng.permutation(len(zone))).then(zh, joined(" ", en))
