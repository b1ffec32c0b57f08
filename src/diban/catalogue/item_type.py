"""Type of an information item (信息项类型) by its national letter."""

from diban.catalogue.titled import Titled
from diban.ground import Kind


class ItemType(Titled):
    """The letters that the national catalogue writes for a field's type."""

    CHARACTER = "C", "字符型", "character"
    NUMERIC = "N", "数值型", "numeric"
    CURRENCY = "Y", "货币型", "currency"
    DATE = "D", "日期型", "date"
    INSTANT = "T", "日期时间型", "date and time"
    LOGICAL = "L", "逻辑型", "logical"
    MEMO = "M", "备注型", "memo"
    GENERAL = "G", "通用型", "general"
    DOUBLE = "B", "双精度型", "double precision"
    INTEGER = "I", "整型", "integer"
    FLOAT = "F", "浮点型", "float"


ITEM_TYPE_OF: dict[Kind, ItemType] = {
    Kind.TEXT: ItemType.CHARACTER,
    Kind.INTEGER: ItemType.INTEGER,
    Kind.DECIMAL: ItemType.NUMERIC,
    Kind.FLOAT: ItemType.DOUBLE,
    Kind.BOOLEAN: ItemType.LOGICAL,
    Kind.DATE: ItemType.DATE,
    Kind.INSTANT: ItemType.INSTANT,
}
"""The letter under which each kind of field is catalogued; a geometry is `ItemType.GENERAL`."""
