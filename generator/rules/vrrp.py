"""Rules: vrrp."""

from typing import Final

from .rule import Rule

RULES: Final[tuple[Rule, ...]] = ()
