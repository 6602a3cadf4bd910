"""PROXY protocol, version 2: the header that haproxy sends ahead of a connection's bytes."""

import asyncio
import ipaddress
import socket

_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_FIXED = 16
_LOCAL, _PROXY = 0x20, 0x21
# Family and transport -> length of one address. Only TCP comes here.
_TCP = {0x11: 4, 0x21: 16}


class ProxyError(Exception):
    """The connection does not begin with a header of version 2."""


async def take_header(connection: socket.socket) -> str:
    """Read the header and not one byte more; the client's address, empty for a connection of haproxy's own (LOCAL)."""
    fixed = await _read(connection, _FIXED)
    length = int.from_bytes(fixed[14:16])
    command, family = fixed[12], fixed[13]
    if not fixed.startswith(_SIGNATURE) or command not in {_LOCAL, _PROXY}:
        raise ProxyError
    rest = await _read(connection, length)
    if command == _LOCAL:
        return ""
    size = _TCP.get(family)
    if size is None or length < 2 * size + 4:
        raise ProxyError
    return str(ipaddress.ip_address(rest[:size]))


async def _read(connection: socket.socket, length: int) -> bytes:
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < length:
        more = await loop.sock_recv(connection, length - len(data))
        if not more:
            raise ProxyError
        data += more
    return data
