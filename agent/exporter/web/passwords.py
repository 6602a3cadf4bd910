"""Basic authentication against bcrypt hashes."""

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping

import bcrypt

_MOST_BYTES = 72  # bcrypt looks at no more
_REMEMBERED = 64
_LEAST_COST = 10


class Passwords:
    """A hash takes some 100 ms of CPU on purpose, so a password that was right is remembered, as a keyed digest.

    A name that there is not costs as much as one that there is, so that its absence cannot be timed. Wrong passwords
    are not remembered: they shall stay dear.
    """

    def __init__(self, users: Mapping[str, str]) -> None:
        self._users = {name: digest.encode() for name, digest in users.items()}
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()
        cost = max((int(digest.split("$")[2]) for digest in users.values()), default=_LEAST_COST)
        salt = bcrypt.gensalt(cost)
        self._nobody = salt + b"." * 31  # a hash that no password has, at the cost of the dearest

    def remembers(self, name: str, password: str) -> bool:
        """Whether this was right before. At once."""
        digest = self._digest(name, password)
        with self._lock:
            if digest not in self._right:
                return False
            self._right.move_to_end(digest)
            return True

    def check(self, name: str, password: str) -> bool:
        """Whether it is right. As slow as the hash is."""
        known = self._users.get(name)
        secret = password.encode()[:_MOST_BYTES]
        if b"\0" in secret:  # C would end there
            known, secret = None, b""
        right = bcrypt.checkpw(secret, known or self._nobody) and known is not None
        if right:
            digest = self._digest(name, password)
            with self._lock:
                self._right[digest] = None
                while len(self._right) > _REMEMBERED:
                    self._right.popitem(last=False)
        return right

    def _digest(self, name: str, password: str) -> bytes:
        return hmac.digest(self._key, f"{len(name)}:{name}{password}".encode(), hashlib.sha256)
