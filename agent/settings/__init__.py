"""What the daemons of this host are set to do: read from their own files, judged, and turned into times."""

from .finding import RULES, Finding, Rule
from .settings import HAPROXY, KEEPALIVED, Settings, judge_settings, read_settings

__all__ = ["HAPROXY", "KEEPALIVED", "RULES", "Finding", "Rule", "Settings", "judge_settings", "read_settings"]
