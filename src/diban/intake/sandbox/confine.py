"""A process gives up what it does not need to read one file; there is no way back."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diban.intake.sandbox import kernel, landlock, seccomp
from diban.intake.sandbox.limits import Limits

_OPEN_FILES = 64


class Unconfined(Exception):
    """This process cannot be confined here; the message says what is lacking."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds now: Landlock's interface version, and whether own namespaces were granted too."""

    landlock: int
    namespaces: bool


def confine(readable: Sequence[Path], limits: Limits, size: int, *, writes: bool = False) -> Confinement:
    """Keep only the right to read ``readable``, to compute and to use what is already open.

    ``size`` is that of the upload in bytes; processor time grows with it. With ``writes`` what is open
    for writing already can grow to `Limits.decoded`, else not at all. Call it before the
    first byte of the upload is read and after the last library is loaded: Landlock binds one thread
    (and those it starts), so a process that already has several is refused. `Unconfined` unless
    Landlock and seccomp both hold; namespaces are an addition where they are granted.
    """
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise Unconfined(f"{threads} threads already run; only one could be bound")
    try:
        _cap(limits, size, limits.decoded if writes else 0)
        namespaces = _leave_namespaces()
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        version = landlock.restrict(readable)
        seccomp.install()
    except (OSError, LookupError) as fault:
        raise Unconfined(f"{type(fault).__name__}: {fault}") from fault
    return Confinement(version, namespaces)


def _cap(limits: Limits, size: int, written: int) -> None:
    # Memory is capped as private writable memory: RLIMIT_AS would also count libraries and the
    # address space that allocators and thread stacks reserve without using it.
    seconds = limits.cpu_for(size)
    caps = {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (written, written),
        resource.RLIMIT_NOFILE: (_OPEN_FILES, _OPEN_FILES),
        resource.RLIMIT_DATA: (limits.memory, limits.memory),
        resource.RLIMIT_CPU: (seconds, seconds + 1),
    }
    for name, cap in caps.items():
        resource.setrlimit(name, cap)


def _leave_namespaces() -> bool:
    """An empty network and no capability outside; often not permitted in containers."""
    with contextlib.suppress(OSError):
        kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC)
        return True
    return False
