"""Types of command line arguments that the stand-ins have in common."""

import argparse
import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit


class Endpoint(NamedTuple):
    """Where to listen, or whom to call."""

    address: str
    port: int


class Origin(NamedTuple):
    """A server by its URL; `tls`: the URL said https."""

    tls: bool
    endpoint: Endpoint


def endpoint(text: str) -> Endpoint:
    """ADDRESS:PORT, an IPv6 address in brackets."""
    address, _, port = text.rpartition(":")
    if not address or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not ADDRESS:PORT")
    return Endpoint(address.strip("[]"), int(port))


def origin(text: str) -> Origin:
    """https://ADDRESS:PORT or http://ADDRESS:PORT."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in {"http", "https"}:
        raise argparse.ArgumentTypeError(f"{text!r} is not http(s)://ADDRESS:PORT")
    return Origin(parts.scheme == "https", Endpoint(host, port))


def parser(description: str | None) -> argparse.ArgumentParser:
    """With what every stand-in has."""
    made = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    made.add_argument("--name", required=True, help="the host that it runs on; first word of every answer")
    return made


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS as a Go program offers it: one session ticket, so that a checker resumes its session."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.num_tickets = 1
    return context
