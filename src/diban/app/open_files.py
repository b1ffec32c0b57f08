"""How many files, and so connections, a process of the server may hold open at once."""

from __future__ import annotations

import resource

from diban.ground import Text

KEPT = 512
"""Files that a process opens for its own ends: databases, layers, what it sends."""
ENOUGH = 12_000
"""Connections that one process takes at most; as many others wait in the system's queue."""


def raise_open_files() -> int:
    """Raise the limit of this process and those that it starts as far as may be; the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else KEPT + ENOUGH


def most_connections() -> int:
    """How many connections a process takes, so that files are left to answer them with."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return ENOUGH
    return max(1, min(ENOUGH, soft - KEPT))


def too_few(limit: int) -> Text | None:
    """What to tell the operator of a limit that is too low; None of one that is not."""
    if limit >= KEPT + ENOUGH:
        return None
    held, needed = max(1, limit - KEPT), KEPT + ENOUGH
    return Text(
        zh=(
            f"每个进程最多打开 {limit} 个文件，只能保持 {held} 个连接；建议不少于 {needed}："
            f"systemd 设 LimitNOFILE={needed}，命令行先运行 ulimit -Hn {needed}"
        ),
        en=(
            f"a process may open {limit} files, so it holds {held} connections; {needed} is advised: "
            f"LimitNOFILE={needed} for systemd, ulimit -Hn {needed} before the command"
        ),
    )
