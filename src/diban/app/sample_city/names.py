"""Made-up names, in Chinese and in pinyin or English."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diban.app.sample_city.plane import Ints
from diban.ground import Text

CITY = Text(zh="澜湾市", en="Lanwan")
_DISTRICTS = (
    "云桥Yunqiao 鹭洲Luzhou 望屿Wangyu 荔坪Liping 榕浦Rongpu 棠溪Tangxi 梧岭Wuling 银汀Yinting 松屏Songping"
)
DISTRICT_NAMES = tuple(Text(f"{name[:2]}区", f"{name[2:]} District") for name in _DISTRICTS.split())

_FIRST = (
    "云Yun 澜Lan 榕Rong 鹭Lu 棠Tang 荔Li 汀Ting 梧Wu 桂Gui 柏Bai 潮Chao 锦Jin "
    "苇Wei 霞Xia 岸An 琴Qin 枫Feng 莲Lian 沐Mu 晴Qing 珊Shan 翠Cui 湖Hu 泽Ze"
)
_SECOND = (
    "湾wan 岭ling 洲zhou 塘tang 埔pu 坪ping 桥qiao 滩tan 围wei 涌chong 园yuan 渡du 亭ting 台tai 港gang 泉quan"
)
_ROADS = {1: ("快速路", "Expressway"), 2: ("大道", "Avenue"), 3: ("路", "Road"), 4: ("街", "Street")}
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Names:
    """As many different two-syllable names as there are, in an order of their own."""

    zh: list[str]
    en: list[str]

    @classmethod
    def of(cls, rng: np.random.Generator) -> Names:
        """All of them, shuffled."""
        pairs = [(first, second) for first in _FIRST.split() for second in _SECOND.split()]
        made = [pairs[n] for n in rng.permutation(len(pairs))]
        return cls([a[0] + b[0] for a, b in made], [a[1:] + b[1:] for a, b in made])

    def __getitem__(self, number: int) -> Text:
        return Text(self.zh[number % len(self.zh)], self.en[number % len(self.en)])


def road_names(grade: Ints, names: Names) -> list[Text]:
    """A different name for every road; local streets are numbered, as 云澜三街 is."""
    made: list[Text] = []
    counts: dict[int, int] = {}
    for level in grade.tolist():  # a name is put together word by word
        turn = counts.get(level, 0)
        counts[level] = turn + 1
        name, round_ = names[turn], turn // len(names.zh)
        numeral, digits = (numbered(round_), f" {_ordinal(round_)}") if round_ else ("", "")
        zh, en = _ROADS[level]
        made.append(Text(f"{name.zh}{numeral}{zh}", f"{name.en}{digits} {en}"))
    return made


def numbered(number: int) -> str:
    """A number from 1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def _ordinal(number: int) -> str:
    teens = 10 < number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def building_names(kind: Ints, block: Ints, names: Names) -> tuple[list[str | None], list[str | None]]:
    """Names of buildings by use, those of one block alike; small houses have none."""
    words = {
        0: (("{}大厦", "{} Tower"), ("{}中心", "{} Centre")),
        1: (("{}花园", "{} Garden"), ("{}苑", "{} Court")),
        3: (("{}工业园", "{} Works"), ("{}科技园", "{} Park")),
        4: (("{}学校", "{} School"), ("{}文体中心", "{} Civic Hall"), ("{}医院", "{} Hospital")),
    }
    zh: list[str | None] = []
    en: list[str | None] = []
    seen: dict[int, int] = {}
    for use, where in zip(kind.tolist(), block.tolist(), strict=True):  # word by word
        if use not in words:
            zh.append(None)
            en.append(None)
            continue
        seen[where] = seen.get(where, 0) + 1
        name, forms = names[where * 7 + use], words[use]
        form = forms[where % len(forms)]
        zh.append(f"{form[0].format(name.zh)}{seen[where]}栋")
        en.append(f"{form[1].format(name.en)} {seen[where]}")
    return zh, en
