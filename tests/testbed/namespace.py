"""A network namespace as a place to open sockets in, without a process of its own."""

import ctypes
import http.client
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def inside(namespace: Path) -> Iterator[None]:
    """The calling thread is in `namespace` for as long as this lasts; sockets made here stay there."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(namespace, os.O_RDONLY)
    try:
        _enter(there)
        try:
            yield
        finally:
            _enter(home)
    finally:
        os.close(there)
        os.close(home)


def get(namespace: Path, address: str, port: int, path: str, timeout: float = 1.0) -> tuple[int, str]:
    """(status, body) of one plain HTTP request made from `namespace`; OSError when nobody answers."""
    with inside(namespace):
        plain = socket.create_connection((address, port), timeout=timeout)
    connection = http.client.HTTPConnection(address, port, timeout=timeout)
    connection.sock = plain
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except http.client.HTTPException as failure:
        raise ConnectionError(repr(failure)) from failure
    finally:
        connection.close()


def get_json(namespace: Path, address: str, port: int, path: str) -> Any:
    """The JSON document behind a plain HTTP address."""
    return json.loads(get(namespace, address, port, path)[1])


def listens(namespace: Path, address: str, port: int, timeout: float = 0.5) -> bool:
    """Somebody takes TCP connections there."""
    try:
        with inside(namespace), socket.create_connection((address, port), timeout=timeout):
            return True
    except OSError:
        return False
