"""Made-up names of places and resources, and queries that people would type for them."""

from __future__ import annotations

import random
from collections.abc import Iterator

from pypinyin import Style, lazy_pinyin


def _words(text: str) -> list[str]:
    return text.split()


_AREAS = _words(
    "澜湾 望海 福泽 罗溪 宝林 龙冈 盐浦 坪岭 光原 大鹭 西岸 蛇屿 沙坪 松坡 布溪 横埔 石塘 观湖 民丰 清泉"
)
_WORDS = _words(
    "科技 学府 海岸 中心 春风 翠竹 银湖 梅林 景田 香蜜 红荔 华强 莲塘 荷坳 清水 湾畔 桥头 塘朗 "
    "水径 新秀 黄贝 八卦 文锦 岗厦 皇岗 石厦 益田 星河 嘉里 万象 前海 后海 月亮 阳光 世纪 锦绣 "
    "金域 碧海 天健 东方 和平 建设 人民 解放 工业 创业 软件 生态 半岛 滨河 深湖 北环 南国 中兴 "
    "长兴 永福 长安 重阳 凤凰 麒麟 鹿丹 鸿景 雅居 宏发 友邻 桂庙"
)
_SORTS = _words(
    "路 街 大道 花园 大厦 小学 中学 医院 公园 广场 社区 工业区 银行 超市 酒店 地铁站 派出所 "
    "幼儿园 药店 村 巷 停车场 体育馆 图书馆 加油站"
)
_THEMES = _words(
    "道路 建筑 地块 水系 绿地 管线 人口 法人 房屋 学校 医疗 养老 交通 公交 停车 消防 应急 环境 气象 规划"
)
_KINDS = _words("现状图 分布图 名录 台账 专题数据 监测数据 调查成果 规划成果 统计数据 基础数据")


def place_name(rng: random.Random) -> str:
    """A place: where, one to three words, what sort, sometimes a number."""
    words = "".join(rng.choices(_WORDS, k=rng.choice((1, 1, 2, 2, 3))))
    number = f"{rng.randint(1, 400)}号" if rng.random() < 0.35 else ""
    return f"{rng.choice(_AREAS)}{words}{rng.choice(_SORTS)}{number}"


def resource_name(rng: random.Random, number: int) -> tuple[str, str]:
    """A resource's titles in Chinese and English."""
    area, theme, kind = rng.choice(_AREAS), rng.choice(_THEMES), rng.choice(_KINDS)
    return (
        f"{area}区{rng.choice(_WORDS)}{theme}{kind}{number}",
        f"{' '.join(lazy_pinyin(area))} theme {number}",
    )


def queries(rng: random.Random, names: list[str], count: int) -> Iterator[tuple[str, str]]:
    """So many queries with their sort, in turn."""
    for number in range(count):
        name = rng.choice(names)
        sort = _SORTS_OF_QUERY[number % len(_SORTS_OF_QUERY)]
        yield sort, _query(rng, sort, name)


_SORTS_OF_QUERY = (
    *("whole", "beginning", "beginning", "within", "two words", "pinyin", "part of pinyin"),
    *("first letters", "slip", "slip of pinyin", "same sound", "one character", "resource", "nothing"),
)


def _query(rng: random.Random, sort: str, name: str) -> str:
    spelled = "".join(lazy_pinyin(name))
    match sort:
        case "whole":
            return name
        case "beginning":
            return name[: rng.randint(2, 5)]
        case "within":
            start = rng.randint(1, max(1, len(name) - 4))
            return name[start : start + rng.randint(2, 4)]
        case "two words":
            return f"{name[:2]} {name[-3:]}"
        case "pinyin":
            return spelled
        case "part of pinyin":
            return spelled[: rng.randint(4, max(5, len(spelled) - 2))]
        case "first letters":
            return "".join(lazy_pinyin(name[:6], style=Style.FIRST_LETTER))
        case "slip":
            at = rng.randrange(len(name))
            return name[:at] + rng.choice("南北东西新") + name[at + 1 :]
        case "slip of pinyin":
            at = rng.randrange(len(spelled))
            return spelled[:at] + spelled[at + 1 :]
        case "same sound":
            return name.replace("海", "孩").replace("路", "鹿").replace("园", "元")
        case "one character":
            return rng.choice(name)
        case "resource":
            return rng.choice(_AREAS) + "区" + rng.choice(_WORDS) + rng.choice(_THEMES)
    return "乌有之乡" + rng.choice(_WORDS)
