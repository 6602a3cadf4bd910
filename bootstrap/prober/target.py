"""Where an HTTP probe goes: from its URL to addresses, trust, and the bytes of the request."""

import asyncio
import ipaddress
import socket
import ssl

from .channel import Address
from .plan import HTTPProbe


class Target:
    """`addresses`: none where a name has to be looked up, which each new connection does, as a client would."""

    def __init__(self, probe: HTTPProbe) -> None:
        parts = probe.parts
        self.probe = probe
        self.host = parts.hostname or ""
        self.tls = _trust(probe) if parts.scheme == "https" else None
        self._port = parts.port or (80 if self.tls is None else 443)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.addresses = _literal(self.host, self._port)

    async def look_up(self) -> list[Address]:
        """The addresses of the host's name. OSError or UnicodeError when it has none."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self.host, self._port, type=socket.SOCK_STREAM)
        return [(family, address) for family, _, _, _, address in found]

    def request(self, *, keep: bool) -> bytes:
        """The request; a header of the plan takes the place of our own of the same name."""
        own = {"Host": self.probe.parts.netloc, "Accept": "*/*", "Connection": "keep-alive" if keep else "close"}
        given = {name.lower() for name in self.probe.headers}
        headers = {name: value for name, value in own.items() if name.lower() not in given} | dict(self.probe.headers)
        lines = [f"GET {self._path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _literal(host: str, port: int) -> list[Address]:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return []
    return [(socket.AF_INET, (host, port)) if version == 4 else (socket.AF_INET6, (host, port))]  # noqa: PLR2004


def _trust(probe: HTTPProbe) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if probe.ca_file is None else str(probe.ca_file))
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_TICKET  # each connection shakes hands in full
    return context
