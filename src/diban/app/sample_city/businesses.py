"""Business tables that only name addresses, as people write them: 企业登记 and 餐饮许可."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from diban.app.sample_city.layers import KITCHENS, TRADES
from diban.app.sample_city.names import CITY, Names, joined
from diban.app.sample_city.plane import Ints

_ALPHABET = np.array(list("0123456789ABCDEFGHJKLMNPQRTUWXY"))
_REGISTRY = "449900"
"""A region that does not exist, so that no made-up code is anybody's."""
_WORDS = (
    *("科技有限公司", "贸易有限公司", "物业服务有限公司", "餐饮管理有限公司", "电子有限公司"),
    *("社区服务中心", "实验学校", "慈善会"),
)
_TRADE = np.array([0, 0, 0, 0, 0, 1, 1, 2])


def enterprises(
    first: int, address: pa.Array, floors: Ints, stock: Names, rng: np.random.Generator
) -> pa.Table:
    """One organisation at each of these addresses; numbered from ``first``."""
    count = len(address)
    number = first + np.arange(count)
    word = rng.integers(0, len(_WORDS), count)
    turn = number // len(stock.zh)
    serial = pa.array(np.where(turn > 0, turn.astype(str), ""))
    return pa.table(
        {
            "code": pa.array(credit_codes(number)),
            "name": joined(stock.take(number).zh, serial, pa.array(np.array(_WORDS)[word])),
            "trade": pa.array(np.array([code.value for code in TRADES])[_TRADE[word]]),
            "address": written(address, floors, rng),
            "founded": pa.array(rng.integers(7_300, 20_400, count).astype(np.int32)).cast(pa.date32()),
            "staff": pa.array(rng.lognormal(3.0, 1.3, count).astype(np.int64) + 1),
            "capital": pa.array(np.round(rng.lognormal(5.0, 1.5, count), 2)).cast(pa.decimal128(14, 2)),
        }
    )


def catering(first: int, points: pa.Table, rng: np.random.Generator) -> pa.Table:
    """A food business licence for each of these eating places; numbered from ``first``."""
    count = len(points)
    district, address = (points[name].combine_chunks() for name in ("district", "address"))
    serial = pc.utf8_lpad(pa.array(first + 1 + np.arange(count)).cast(pa.string()), 6, "0")
    issued = rng.integers(18_900, 20_500, count).astype(np.int32)
    return pa.table(
        {
            "code": joined("JY2", district, serial, pa.array(rng.integers(0, 10, count).astype(str))),
            "holder": points["name"],
            "kind": pa.array(
                np.array([code.value for code in KITCHENS])[rng.integers(0, len(KITCHENS), count)]
            ),
            "address": written(address, np.full(count, 3), rng),
            "issued": pa.array(issued).cast(pa.date32()),
            "expires": pa.array(issued + 1826).cast(pa.date32()),
        }
    )


def written(address: pa.Array, floors: Ints, rng: np.random.Generator) -> pa.Array:
    """As in a register: often with a floor and room, sometimes without the city, or in wide digits."""
    count = len(address)
    floor = pa.array((rng.uniform(size=count) * floors).astype(np.int64) + 1).cast(pa.string())
    room = pa.array(rng.integers(1, 20, count)).cast(pa.string())
    how, style = rng.uniform(size=(2, count))
    placed = pc.if_else(pa.array(how < 0.55), joined(address, floor, "层", room, "室"), address)
    short = pc.replace_substring(placed, CITY.zh, "")
    wide = placed
    for digit in "0123456789":
        wide = pc.replace_substring(wide, digit, chr(ord(digit) + 0xFEE0))
    return pc.if_else(pa.array(style < 0.2), short, pc.if_else(pa.array(style > 0.92), wide, placed))


def credit_codes(number: Ints) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Made-up codes of the right form (GB 32100), with true check characters."""
    serial = np.char.add("MA", np.char.zfill(number.astype(str), 6))
    subject = _values(serial, 36) @ np.array([3, 7, 9, 10, 5, 8, 4, 2])  # GB 11714
    serial = np.char.add(serial, np.array(list("0123456789X0"))[(11 - subject % 11) % 11])
    head = np.char.add("91" + _REGISTRY, serial)
    total = _values(head, 31) @ np.array([pow(3, place, 31) for place in range(17)])
    codes: np.ndarray[tuple[int], np.dtype[np.str_]] = np.char.add(head, _ALPHABET[-total % 31])
    return codes


def _values(texts: np.ndarray[tuple[int], np.dtype[np.str_]], base: int) -> Ints:
    """The value of every character, (n, length)."""
    signs = _ALPHABET if base == 31 else np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    letters = texts.astype(f"U{len(texts[0]) if len(texts) else 1}").view("U1").reshape(len(texts), -1)
    values: Ints = np.searchsorted(signs, letters).astype(np.int64)
    return values
