"""Update cycle (更新周期): the provider's contract."""

from diban.catalogue.titled import Titled


class UpdateCycle(Titled):
    """How often the provider promises fresh data; numbers where the national list has them."""

    REALTIME = "realtime", "实时", "real time", "1"
    DAILY = "daily", "每日", "daily", "2"
    WEEKLY = "weekly", "每周", "weekly", "3"
    MONTHLY = "monthly", "每月", "monthly", "4"
    QUARTERLY = "quarterly", "每季度", "quarterly", "5"
    YEARLY = "yearly", "每年", "yearly", "6"
    HALF_YEARLY = "half_yearly", "每半年", "every half year"
    ON_EVENT = "on_event", "不定期", "on an event"
    ONCE = "once", "一次性", "once"
