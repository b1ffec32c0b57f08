"""Passwords: the rule they obey, their Argon2id hashes, and initial ones."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from diban.ground import Invalid, Text

SHORTEST = 12
SHORTEST_MIXED = 10
LONGEST = 128
# Without letters and digits that look alike on paper.
_SIGNS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# The hash of 32 random bytes nobody kept: checked where there is no account, so that this takes as long.
_DECOY = "$argon2id$v=19$m=65536,t=3,p=4$rka6MSdKdXx1yrziahU6JQ$+dUxsimYMcMW88VJxRDrobpJUMomFdnMM7W79Qs5Wsw"


@cache
def _hasher() -> PasswordHash:
    # RFC 9106, section 4, second recommended option: 64 MiB, three passes, four lanes.
    return PasswordHash((Argon2Hasher(time_cost=3, memory_cost=65_536, parallelism=4),))


def check_password(password: str, login: str) -> None:
    """Refuse a password that is short, over-long or holds the login."""
    tests = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
    classes = sum(any(test(sign) for sign in password) for test in tests)
    long_enough = len(password) >= (SHORTEST_MIXED if classes >= 3 else SHORTEST)
    if long_enough and len(password) <= LONGEST and login.casefold() not in password.casefold():
        return
    raise Invalid(
        Text(zh="密码不合要求", en="the password does not meet the rule"),
        field="password",
        limit=f"{SHORTEST_MIXED}..{LONGEST}",
        remedy=Text(
            zh="至少 12 位；含大写、小写、数字、符号中三类的至少 10 位；至多 128 位，不得含登录名",
            en="12 characters, or 10 with three of upper case, lower case, digits, signs; at most 128; "
            "without the login",
        ),
    )


def hash_password(password: str) -> str:
    """What is stored; takes a tenth of a second and 64 MiB, so never inside a transaction."""
    return _hasher().hash(_normal(password))


def matches(password: str, hashed: str | None) -> bool:
    """Whether the password is that of the hash; takes the same time where there is no hash."""
    right = _hasher().verify(_normal(password[:LONGEST]), hashed or _DECOY)
    return right and hashed is not None and len(password) <= LONGEST


def initial_password() -> str:
    """A random password of 16 signs, easy to read from paper; 93 bits."""
    while True:
        made = "".join(secrets.choice(_SIGNS) for _ in range(16))
        if any(map(str.islower, made)) and any(map(str.isupper, made)) and any(map(str.isdigit, made)):
            return made


def _normal(password: str) -> str:
    # Input methods write the same sign in several widths.
    return unicodedata.normalize("NFKC", password)
