"""Made-up names, in Chinese and in pinyin or English."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.app.sample_city.plane import Ints
from diban.ground import Text

CITY = Text(zh="澜湾市", en="Lanwan")
_DISTRICTS = (
    "云桥Yunqiao 望屿Wangyu 鹭洲Luzhou 荔坪Liping 梧岭Wuling 棠溪Tangxi 银汀Yinting 松屏Songping 榕浦Rongpu"
)
DISTRICT_NAMES = tuple(Text(f"{name[:2]}区", f"{name[2:]} District") for name in _DISTRICTS.split())

_FIRST = (
    "云Yun 澜Lan 榕Rong 鹭Lu 棠Tang 荔Li 汀Ting 梧Wu 桂Gui 柏Bai 潮Chao 锦Jin 苇Wei 霞Xia 岸An "
    "琴Qin 枫Feng 莲Lian 沐Mu 晴Qing 珊Shan 翠Cui 湖Hu 泽Ze 蓝Lan 银Yin 朗Lang 怀Huai 景Jing 和He "
    "宁Ning 嘉Jia 丰Feng 秀Xiu 竹Zhu 松Song 梅Mei 樟Zhang 雁Yan 鹏Peng 龙Long 石Shi"
)
_SECOND = (
    "湾wan 岭ling 洲zhou 塘tang 埔pu 坪ping 桥qiao 滩tan 围wei 涌chong 园yuan 渡du 亭ting 台tai "
    "港gang 泉quan 田tian 岗gang 头tou 背bei 坑keng 井jing 屋wu 厦xia 朗lang 溪xi 峰feng 谷gu "
    "林lin 浦pu 屿yu 沙sha 门men 山shan 坳ao 心xin"
)
_AFFIXES = (("", ""), ("东", " East"), ("西", " West"), ("南", " South"), ("北", " North"), ("中", " Middle"))
_GRADES = {1: ("快速路", "Expressway"), 2: ("大道", "Avenue"), 3: ("路", "Road")}
_LANES = (("路", "Road"), ("街", "Street"), ("巷", "Lane"), ("里", "Alley"), ("坊", "Close"))
_LANES_A_KIND = 60
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Names:
    """Texts in both languages, row by row."""

    zh: pa.Array
    en: pa.Array

    def take(self, chosen: Ints) -> Names:
        """Some of them, from the start again where there are not enough."""
        index = pa.array(chosen % len(self.zh))
        return Names(self.zh.take(index), self.en.take(index))

    def then(self, zh: pa.Array | str, en: pa.Array | str) -> Names:
        """Each followed by a word."""
        return Names(joined(self.zh, zh), joined(self.en, en))

    def and_(self, other: Names) -> Names:
        """These, then the others."""
        return Names(pa.concat_arrays([self.zh, other.zh]), pa.concat_arrays([self.en, other.en]))


DISTRICTS = Names(
    pa.array([name.zh for name in DISTRICT_NAMES]), pa.array([name.en for name in DISTRICT_NAMES])
)


def joined(*parts: pa.Array | str) -> pa.Array:
    """Texts put together row by row."""
    return pc.binary_join_element_wise(*parts, "")


def word_pairs(rng: np.random.Generator) -> Names:
    """Every two-syllable name there is, shuffled."""
    pairs = [
        (first, second) for first in _FIRST.split() for second in _SECOND.split() if first[0] != second[0]
    ]
    made = [pairs[n] for n in rng.permutation(len(pairs))]
    return Names(pa.array([a[0] + b[0] for a, b in made]), pa.array([a[1:] + b[1:] for a, b in made]))


def road_names(grade: Ints, stock: Names) -> Names:
    """A different name for every road of the mesh."""
    zh, en = [], []
    counts = dict.fromkeys(_GRADES, 0)
    texts = list(zip(stock.zh.to_pylist(), stock.en.to_pylist(), strict=True))
    for level in grade.tolist():  # a name is put together word by word
        turn, counts[level] = counts[level], counts[level] + 1
        name, affix, kind = texts[-turn % len(texts)], _AFFIXES[turn // len(texts)], _GRADES[level]
        zh.append(f"{name[0]}{affix[0]}{kind[0]}")
        en.append(f"{name[1]}{affix[1]} {kind[1]}")
    return Names(pa.array(zh, pa.string()), pa.array(en, pa.string()))


def lane_names(number: Ints, community: Names) -> Names:
    """Local streets carry the name of their community and a number, as 云湾三街 does."""
    kinds = [_LANES[n] for n in (number // _LANES_A_KIND).clip(max=len(_LANES) - 1).tolist()]
    ordinal = (number % _LANES_A_KIND + 1).tolist()
    numerals = pa.array([numbered(n) for n in ordinal], pa.string())
    ordinals = pa.array([f" {_ordinal(n)} " for n in ordinal], pa.string())
    return community.then(numerals, ordinals).then(
        pa.array([kind[0] for kind in kinds], pa.string()), pa.array([kind[1] for kind in kinds], pa.string())
    )


def numbered(number: int) -> str:
    """A number from 1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def _ordinal(number: int) -> str:
    teens = 10 < number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
