"""Written pages on their way to the disk early, so that no later sync has to wait for all of them."""

from __future__ import annotations

import ctypes

_WAIT_BEFORE, _WRITE = 1, 2


def start_writing(descriptor: int) -> None:
    """Wait for what was last sent to the disk, then send what was written since.

    So at most two such parts are on their way, and the syncs of other files stay short. It gives no
    durability and reports no error: the sync of the finished file does.
    """
    whole = ctypes.c_int64(0)
    ctypes.CDLL(None).sync_file_range(descriptor, whole, whole, _WAIT_BEFORE | _WRITE)
