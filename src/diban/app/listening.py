"""Whether a server can listen where it is told to, said before anything is begun."""

from __future__ import annotations

import errno
import ipaddress
import socket
import time

from diban.ground import Invalid, Text

ENDING_SECONDS = 3.0
"""A port that is taken is waited for so long: the processes of a server that was killed may be ending."""
_PAUSE_SECONDS = 0.1


def require_listening(host: str, port: int) -> None:
    """Refuse an address that is none, or not this machine's, and a port that is not free.

    The server's processes share their port, and the system would let those of a second server share it too,
    each answering a part of the requests: what is asked for here is the port for this server alone. What is
    left of connections that have ended (TIME_WAIT) does not stand in the way.
    """
    try:
        version = ipaddress.ip_address(host).version
    except ValueError as fault:
        raise Invalid(
            Text(zh=f"“{host}”不是 IP 地址", en=f"{host} is not an IP address"),
            field="--host",
            remedy=Text(
                zh="本机用 127.0.0.1，所有网卡用 0.0.0.0",
                en="127.0.0.1 for this machine, 0.0.0.0 for all networks",
            ),
        ) from fault
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    try:
        _listen(family, host, port)
    except OSError as fault:
        raise Invalid(
            Text(zh=f"无法在 {host} 的端口 {port} 上监听", en=f"cannot listen on port {port} of {host}"),
            field="--host, --port",
            limit=fault.strerror,
            remedy=Text(
                zh="先停下已在此监听的程序，或用 --port 换一个端口，用 --host 换本机的地址",
                en="stop what listens there, or choose another --port, or an own address as --host",
            ),
        ) from fault


def _listen(family: socket.AddressFamily, host: str, port: int) -> None:
    """Take the port and let it go; `OSError` where that cannot be done, after a while where it is taken."""
    until = time.monotonic() + ENDING_SECONDS
    while True:
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                return
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)
