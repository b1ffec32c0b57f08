"""A reason is asked for in each act's own words, and kept without blanks around it."""

from __future__ import annotations

import pytest

from diban.app.journeys.reason import MOST_WHY, require_reason
from diban.ground import Invalid, Text

WORDS = Text(zh="移交须写明理由", en="a transfer needs a reason")


def test_a_reason_is_kept_without_blanks_around_it() -> None:
    assert require_reason(" 机构改革 3 号\n", WORDS) == "机构改革 3 号"
    longest = "由" * MOST_WHY
    assert require_reason(f" {longest} ", WORDS) == longest


@pytest.mark.parametrize("why", ["", " \n\u3000", "由" * (MOST_WHY + 1)])
def test_none_and_one_too_long_are_refused(why: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_reason(why, WORDS)
    fault = refused.value
    assert (fault.message, fault.field, fault.limit) == (WORDS, "why", MOST_WHY)
    assert fault.remedy == Text(zh="例如机构改革文件号", en="such as the number of the order")
