"""A filter on system calls: a list of what a reading process needs; everything else is refused.

The filter is a classic BPF program (``Documentation/userspace-api/seccomp_filter.rst``) over
``struct seccomp_data``. Calls not on the list get EPERM, so that a library which merely tries
something goes on; a call by another processor architecture kills the process. Not on the list, among
others: sockets, new processes, execve, ptrace, mounts, keys, bpf, perf, io_uring, anything that
writes, renames or removes a file, and new executable memory: all code is loaded before.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

from diban.intake.sandbox import kernel
from diban.intake.sandbox.syscalls import ALLOWED, OTHER_NUMBERING, PLATFORMS

_ALLOW = 0x7FFF_0000
_REFUSE = 0x0005_0000
_KILL_PROCESS = 0x8000_0000
_MODE_FILTER = 2

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROT_EXEC = 4
_CLONE_THREAD = 0x0001_0000
# Duplicate, read flags, close-on-exec, and the advisory locks that SQLite asks for.
_HARMLESS_FCNTL = (0, 1, 2, 3, 5, 6, 7, 1030)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


@dataclass(frozen=True, slots=True)
class _Step:
    """One BPF instruction; ``then`` and ``otherwise`` count the instructions to skip."""

    code: int
    value: int
    then: int = 0
    otherwise: int = 0

    def packed(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.then, self.otherwise, self.value)


_OK = _Step(_RETURN, _ALLOW)
_NO = _Step(_RETURN, _REFUSE | errno.EPERM)


def install() -> None:
    """Bind this process, and all threads it starts, to the filter; needs ``no_new_privs``."""
    code = b"".join(step.packed() for step in program(platform.machine(), os.getpid()))
    buffer = ctypes.create_string_buffer(code, len(code))
    kernel.prctl(kernel.PR_SET_SECCOMP, _MODE_FILTER, _Program(len(code) // 8, ctypes.addressof(buffer)))


def program(machine: str, process: int) -> list[_Step]:
    """The filter for a processor; `LookupError` when its call numbers are not known here."""
    if machine not in PLATFORMS:
        raise LookupError(f"no list of system calls for {machine}")
    column, architecture = PLATFORMS[machine]
    steps = [
        _Step(_LOAD, _ARCHITECTURE_AT),
        _Step(_EQUAL, architecture, then=1),
        _Step(_RETURN, _KILL_PROCESS),
        _Step(_LOAD, _NUMBER_AT),
        _Step(_AT_LEAST, OTHER_NUMBERING, otherwise=1),
        _NO,
    ]
    bodies = _conditions(process)
    for name, numbers in ALLOWED.items():
        number = numbers[column]
        if number is not None:
            body = bodies.get(name, [_OK])
            steps += [_Step(_EQUAL, number, otherwise=len(body)), *body]
    return [*steps, _NO]


def _conditions(process: int) -> dict[str, list[_Step]]:
    reading = _without(_WRITING)
    return {
        "open": [_argument(1), *reading],
        "openat": [_argument(2), *reading],
        "mmap": [_argument(2), *_without(_PROT_EXEC)],
        "mprotect": [_argument(2), *_without(_PROT_EXEC)],
        "clone": [_argument(0), _Step(_ANY_BIT, _CLONE_THREAD, then=1), _NO, _OK],
        # Its flags lie in memory, where a filter cannot look; glibc falls back to clone.
        "clone3": [_Step(_RETURN, _REFUSE | errno.ENOSYS)],
        "fcntl": [_argument(1), *_one_of(_HARMLESS_FCNTL)],
        "tgkill": [_argument(0), *_one_of((process,))],
        # Asking for a limit passes no new one: both halves of that pointer are zero.
        "prlimit64": [
            _argument(2), _Step(_EQUAL, 0, then=1), _NO, _argument(2, high=True), *_one_of((0,))
        ],
    }  # fmt: skip


def _argument(index: int, *, high: bool = False) -> _Step:
    return _Step(_LOAD, _ARGUMENTS_AT + 8 * index + 4 * high)


def _without(bits: int) -> list[_Step]:
    return [_Step(_ANY_BIT, bits, otherwise=1), _NO, _OK]


def _one_of(values: tuple[int, ...]) -> list[_Step]:
    last = len(values)
    matches = [_Step(_EQUAL, value, then=last - index) for index, value in enumerate(values)]
    return [*matches, _NO, _OK]
