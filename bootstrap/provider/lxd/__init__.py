"""LXD, by pylxd: its socket, TLS and request layer. Nobody outside this package imports it.

pylxd's objects of instances are not used: they go stale unnoticed, and what they wait for has no deadline.
"""

from .connect import Server
from .provider import LxdProvider

__all__ = ["LxdProvider", "Server"]
