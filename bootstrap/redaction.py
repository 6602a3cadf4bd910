"""Keeps secrets out of logs. What is known to be one, and what looks like one."""

import re
import threading
from typing import Final

HIDDEN: Final = "[hidden]"
_LOOKS: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----"
    r"|(?<![a-z0-9])[a-z0-9]{6}\.[a-z0-9]{16}(?![a-z0-9])"  # a bootstrap token
    r"|(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"  # a ServiceAccount's token
    r"|(?<=client-key-data: )\S+"
    r"|(?<=certificate-key )[0-9a-f]{64}"
    r"|(?<=certificate-key=)[0-9a-f]{64}",
    re.DOTALL,
)


class Secrets:
    """The secrets that a run has come to know. Safe to share by threads."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def learn(self, secret: str) -> str:
        """Hide it from now on; gives it back."""
        if secret:
            with self._lock:
                self._known.add(secret)
        return secret

    def hide(self, text: str) -> str:
        """The text without secrets."""
        with self._lock:
            known = sorted(self._known, key=len, reverse=True)
        for secret in known:
            text = text.replace(secret, HIDDEN)
        return _LOOKS.sub(HIDDEN, text)
