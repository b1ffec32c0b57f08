"""Organisations (法人单位) that name an address as people write it, and have no geometry."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.app.sample_city.addresses import joined
from diban.app.sample_city.layers import CITY_CODE, TRADES
from diban.app.sample_city.names import CITY, Names
from diban.app.sample_city.plane import Ints

_ALPHABET = np.array(list("0123456789ABCDEFGHJKLMNPQRTUWXY"))
_WORDS = (
    *("科技有限公司", "贸易有限公司", "物业服务有限公司", "餐饮管理有限公司", "电子有限公司"),
    *("社区服务中心", "实验学校", "慈善会"),
)
_TRADE = np.array([0, 0, 0, 0, 0, 1, 1, 2])


def organisations(address: pa.Array, floors: Ints, rng: np.random.Generator) -> pa.Table:
    """One organisation in every fifth building or so, with the building's address as written there."""
    count = max(1, len(address) // 5)
    building = rng.integers(0, len(address), count)
    word = rng.integers(0, len(_WORDS), count)
    names = Names.of(rng)
    serial = [
        f"{names.zh[n % len(names.zh)]}{'' if n < len(names.zh) else n // len(names.zh)}"
        for n in range(count)
    ]
    return pa.table(
        {
            "code": pa.array(credit_codes(count)),
            "name": joined(pa.array(serial), pa.array(np.array(_WORDS)[word])),
            "trade": pa.array(np.array([code.value for code in TRADES])[_TRADE[word]]),
            "address": _written(address.take(pa.array(building)), floors[building], rng),
            "founded": pa.array(rng.integers(7_300, 20_400, count).astype(np.int32)).cast(pa.date32()),
            "staff": pa.array(rng.lognormal(3.0, 1.3, count).astype(np.int64) + 1),
            "capital": pa.array(np.round(rng.lognormal(5.0, 1.5, count), 2)).cast(pa.decimal128(14, 2)),
        }
    )


def _written(address: pa.Array, floors: Ints, rng: np.random.Generator) -> pa.Array:
    """As in the register: often with a floor and room, sometimes without the city, or in wide digits."""
    count = len(address)
    floor = pa.array((rng.uniform(size=count) * floors).astype(np.int64) + 1).cast(pa.string())
    room = pa.array(rng.integers(1, 20, count)).cast(pa.string())
    how = rng.uniform(size=count)
    placed = pc.if_else(pa.array(how < 0.55), joined(address, floor, "层", room, "室"), address)
    short = pc.replace_substring(placed, CITY.zh, "")
    wide = placed
    for digit in "0123456789":
        wide = pc.replace_substring(wide, digit, chr(ord(digit) + 0xFEE0))
    style = rng.uniform(size=count)
    return pc.if_else(pa.array(style < 0.2), short, pc.if_else(pa.array(style > 0.92), wide, placed))


def credit_codes(count: int) -> list[str]:
    """Made-up codes of the right form (GB 32100): a district that does not exist, checked like real ones."""
    serials = [f"MA9{number:05d}" for number in range(count)]
    return [_checked("91" + CITY_CODE + serial + _subject_check(serial)) for serial in serials]


def _subject_check(serial: str) -> str:
    """The check character of an organisation code (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(sign, 36) * weight for sign, weight in zip(serial, weights, strict=True))
    return "0123456789X0"[(11 - total % 11) % 11]


def _checked(head: str) -> str:
    place = {sign: value for value, sign in enumerate(_ALPHABET.tolist())}
    total = sum(place[sign] * pow(3, position, 31) for position, sign in enumerate(head))
    return head + str(_ALPHABET[-total % 31])
