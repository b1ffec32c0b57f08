"""Check characters: codes that carry a last character by which a slip of the pen shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diban.ground.text import Text

_DAY = "(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"


class Check(StrEnum):
    """The kinds of code whose check character can be verified."""

    CREDIT_CODE = "credit-code"
    IDENTITY_NUMBER = "identity-number"
    ORGANISATION_CODE = "organisation-code"

    @property
    def words(self) -> Text:
        """The code's name for people."""
        return _ALGORITHMS[self].words

    def fits(self, values: pa.StringArray) -> npt.NDArray[np.bool_]:
        """Where a value has the code's shape and its check character is right; False where absent."""
        algorithm = _ALGORITHMS[self]
        shaped = pc.match_substring_regex(values, f"^({algorithm.shape})$").fill_null(False)
        fits: npt.NDArray[np.bool_] = shaped.to_numpy(zero_copy_only=False).copy()
        codes = b"".join(values.filter(shaped).cast(pa.binary()).to_numpy(zero_copy_only=False))
        # Every shape has one length, so the codes stand in a matrix, one a row.
        signs = np.frombuffer(codes, np.uint8).reshape(-1, len(algorithm.weights) + 1)
        ranks = algorithm.ranks[signs[:, :-1]]
        wanted = algorithm.last[algorithm.remainder(ranks @ algorithm.weights)]
        fits[fits] = wanted == signs[:, -1]
        return fits


@dataclass(frozen=True, slots=True)
class _Algorithm:
    """Weighted sum of the signs' ranks; its ``remainder`` picks the check character out of ``signs``."""

    words: Text
    shape: str
    alphabet: str
    weights: npt.NDArray[np.int64]
    remainder: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.int64]]
    signs: str

    @property
    def ranks(self) -> npt.NDArray[np.int64]:
        """The rank of each byte in the alphabet."""
        ranks = np.zeros(256, np.int64)
        ranks[np.frombuffer(self.alphabet.encode(), np.uint8)] = np.arange(len(self.alphabet))
        return ranks

    @property
    def last(self) -> npt.NDArray[np.uint8]:
        """The check characters by remainder."""
        return np.frombuffer(self.signs.encode(), np.uint8)


_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_DIGITS = "0123456789"

_ALGORITHMS = {
    # GB 32100-2015, 5.2: weights 3^i mod 31.
    Check.CREDIT_CODE: _Algorithm(
        Text(zh="统一社会信用代码", en="unified social credit code"),
        f"[{_CREDIT}]{{18}}",
        _CREDIT,
        np.array([pow(3, place, 31) for place in range(17)]),
        lambda total: -total % 31,
        _CREDIT,
    ),
    # GB 11643-1999, 4.2 (ISO 7064, MOD 11-2); its date must be one of the calendar's form.
    Check.IDENTITY_NUMBER: _Algorithm(
        Text(zh="公民身份号码", en="citizen identification number"),
        f"[1-9][0-9]{{5}}(18|19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9X]",
        _DIGITS,
        np.array([pow(2, 17 - place, 11) for place in range(17)]),
        lambda total: total % 11,
        "10X98765432",
    ),
    # GB 11714-1997: eight signs and the check character, written without a hyphen.
    Check.ORGANISATION_CODE: _Algorithm(
        Text(zh="组织机构代码", en="organisation code"),
        "[0-9A-Z]{8}[0-9X]",
        _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        np.array([3, 7, 9, 10, 5, 8, 4, 2]),
        lambda total: -total % 11,
        "0123456789X",
    ),
}
