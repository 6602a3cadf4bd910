"""When the agent's own login to the API ends: a token by its `exp` claim (RFC 7519, 4.1.4)."""

import base64
import json
import math
from pathlib import Path


def token_expiry(path: Path) -> float | None:
    """Seconds since the epoch; None when the file is not there, no JWT, or says nothing about its end."""
    try:
        _, payload, _ = path.read_text(encoding="ascii").strip().split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        end = float(claims["exp"])
    except (OSError, ArithmeticError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return end if math.isfinite(end) else None
