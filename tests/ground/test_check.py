"""Check characters: published examples hold, and no single slip of the pen goes unseen."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diban.ground import Check

EXAMPLES = {
    Check.CREDIT_CODE: ["91350100M000100Y43", "91440300708461136T"],
    Check.IDENTITY_NUMBER: ["11010519491231002X", "440524188001010014"],
    Check.ORGANISATION_CODE: ["D2143569X", "708461136"],
}


@pytest.mark.parametrize("check", Check)
def test_examples_hold_and_everything_else_does_not(check: Check) -> None:
    wrong = [None, "", "0", EXAMPLES[check][0].lower(), EXAMPLES[check][0] + "0", f" {EXAMPLES[check][0]}"]
    fits = check.fits(pa.array([*EXAMPLES[check], *wrong]))
    assert fits.tolist() == [True] * len(EXAMPLES[check]) + [False] * len(wrong)
    assert check.fits(pa.array([], pa.string())).tolist() == []
    assert check.words.zh != check.words.en


@given(st.data())
def test_one_wrong_digit_or_two_turned_round_always_show(data: st.DataObject) -> None:
    check = data.draw(st.sampled_from(Check))
    good = data.draw(st.sampled_from(EXAMPLES[check]))
    places = [at for at in range(len(good) - 1) if good[at : at + 2].isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from("0123456789").filter(lambda sign: sign != good[place]))
    turned = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    assert not check.fits(pa.array([good[:place] + other + good[place + 1 :]]))[0]
    assert turned == good or not check.fits(pa.array([turned]))[0]
