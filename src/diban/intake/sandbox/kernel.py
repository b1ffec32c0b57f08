"""The Linux calls that Python has no name for, made through the C library."""

from __future__ import annotations

import ctypes
import os
from functools import cache

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWNET = 0x4000_0000


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def call(number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """One system call by number; `OSError` when the kernel refuses."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    return _checked(_libc().syscall(ctypes.c_long(number), *words))


def prctl(option: int, *arguments: int | ctypes.Structure) -> int:
    """``prctl``; structures are passed by address."""
    words = [
        ctypes.c_ulong(word) if isinstance(word, int) else ctypes.byref(word)
        for word in (*arguments, 0, 0, 0, 0)[:4]
    ]
    return _checked(_libc().prctl(ctypes.c_int(option), *words))


def unshare(flags: int) -> None:
    """Leave the shared namespaces named by ``flags``."""
    _checked(_libc().unshare(ctypes.c_int(flags)))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
