"""Landlock: from here on this process can open only the files it was given, and only to read.

Kernel interface: ``Documentation/userspace-api/landlock.rst``. Later versions of the interface
also forbid binding and connecting (4) and reaching processes outside (6); what the running kernel
knows is used.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from pathlib import Path

from diban.intake.sandbox import kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

_READ_FILE = 1 << 2
_READ_DIR = 1 << 3

# Rights on files that each interface version can forbid: 13 in version 1, then moving between
# folders (2), truncating (3) and device controls (5).
_HANDLED_FS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_HANDLED_NET = 0b11  # bind, connect
_SCOPED = 0b11  # abstract sockets, signals


def version() -> int:
    """The interface version of the running kernel; `OSError` when it has no Landlock."""
    return kernel.call(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION)


def restrict(readable: Sequence[Path]) -> int:
    """Forbid every file but ``readable`` (files, or folders with all below them); reading only.

    Binds the calling thread and what it starts afterwards. Returns the interface version used.
    """
    abi = version()
    handled = max(mask for since, mask in _HANDLED_FS.items() if since <= abi)
    attributes = struct.pack("=Q", handled)
    if abi >= 4:
        attributes += struct.pack("=Q", _HANDLED_NET)
    if abi >= 6:
        attributes += struct.pack("=Q", _SCOPED)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = kernel.call(_CREATE_RULESET, buffer, len(attributes), 0)
    try:
        for path in readable:
            _allow(ruleset, path)
        kernel.call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: Path) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        rights = _READ_FILE | _READ_DIR if folder else _READ_FILE
        rule = struct.pack("=Qi", rights, handle)
        kernel.call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0)
    finally:
        os.close(handle)
