"""Public SSH keys as OpenSSH writes them: a type, and base64 of fields of which the first names the type again."""

import base64
import binascii
from typing import Final

FIELDS: Final = {
    "ssh-ed25519": 2,
    "ssh-rsa": 3,
    "ecdsa-sha2-nistp256": 3,
    "ecdsa-sha2-nistp384": 3,
    "ecdsa-sha2-nistp521": 3,
    "sk-ssh-ed25519@openssh.com": 3,
    "sk-ecdsa-sha2-nistp256@openssh.com": 4,
}
"""Types of public keys that OpenSSH takes today, and how many fields each has (RFC 4253, RFC 5656, RFC 8709)."""


def is_key(kind: str, data: str) -> bool:
    """Whether some base64 is a whole key of a type."""
    return kind in FIELDS and _fields(data) == (kind, FIELDS[kind])


def _fields(data: str) -> tuple[str, int]:
    """The type that the key itself names, and how many fields it has; fields are 4 bytes of length and the bytes."""
    try:
        blob = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return "", 0
    fields: list[bytes] = []
    while blob:
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length or not length:
            return "", 0
        fields.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return (fields[0].decode("ascii", "replace"), len(fields)) if fields else ("", 0)
