"""Whether a server can listen where it is told to, said before anything is begun."""

from __future__ import annotations

import ipaddress
import socket

from diban.ground import Invalid, Text


def require_listening(host: str, port: int) -> None:
    """Refuse an address that is none, or not this machine's, and a port that is not free.

    The port is shared, as the server's own sockets are: one that takes over may start beside the old one.
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
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            probe.bind((host, port))
    except OSError as fault:
        raise Invalid(
            Text(zh=f"无法在 {host} 的端口 {port} 上监听", en=f"cannot listen on port {port} of {host}"),
            field="--host, --port",
            limit=fault.strerror,
            remedy=Text(
                zh="换一个空闲的端口，或本机的地址", en="choose a free port, or an address of this machine"
            ),
        ) from fault
