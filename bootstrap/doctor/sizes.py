"""Sizes as LXD takes them, and as people read them. Pure.

https://documentation.ubuntu.com/lxd/en/latest/reference/instance_units/
"""

import re
from typing import Final

_UNITS: Final = {
    "": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip
_SIZE: Final = re.compile(r"(\d+)\s*([A-Za-z]*)")


def size(text: str) -> int | None:
    """Bytes. None for what is no size."""
    match = _SIZE.fullmatch(text)
    return int(match[1]) * _UNITS[match[2]] if match and match[2] in _UNITS else None


def gib(number: int) -> str:
    """To a tenth of a GiB."""
    return f"{number / 2**30:.1f}".removesuffix(".0") + " GiB"
