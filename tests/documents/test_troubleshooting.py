"""docs/troubleshooting.md: what it says that hagen prints is what hagen prints; codes and alerts that it names exist."""

import re
from functools import cache

from hagen.agent.settings.finding import RULES as AGENT_CODES
from hagen.bootstrap.doctor import CHECKS
from hagen.generator.codes import CODES
from tests.support import ROOT

PAGE = (ROOT / "docs/troubleshooting.md").read_text()
ROWS = [row for row in re.findall(r"^\| (.*?) \| .*\|$", PAGE, re.MULTILINE) if row != "What you see"]
OTHERS = {
    "/readyz": "the API server's",
    "ImagePullBackOff": "the kubelet's",
    "error HG": "followed by a number",
    "etcdserver: request timed out": "etcd's",
    "hagen.lock": "a file",
}
"""Words between backquotes that hagen does not print, and whose they are."""


@cache
def sources() -> str:
    """Every text of the three programs; a string that goes on in the next line is one."""
    text = "".join(
        path.read_text() for top in ("generator", "agent", "bootstrap") for path in (ROOT / top).rglob("*.py")
    )
    return re.sub(r'"\n\s*f?"', "", text)


def test_what_is_seen_is_what_is_printed() -> None:
    printed = {code for row in ROWS for code in re.findall(r"`([^`]+)`", row)} - set(OTHERS)
    assert len(printed) > 10
    assert [text for text in sorted(printed) if text not in sources()] == []


def test_codes_and_alerts_are_there() -> None:
    alerts = (ROOT / "tests/golden/reference/monitoring/overlays/production/ALERTS.md").read_text()
    assert set(re.findall(r"\bHG\d{3}\b", PAGE)) <= set(CODES)
    assert set(re.findall(r"\bHA\d{3}\b", PAGE)) <= set(AGENT_CODES)
    named = set(re.findall(r"`(Hagen[A-Z]\w+)`", PAGE + (ROOT / "docs/how-to/read-an-alert.md").read_text()))
    assert named
    assert [name for name in named if f"### {name}\n" not in alerts] == []


def test_every_check_that_is_named_exists() -> None:
    checks = {check.name for check in CHECKS}
    pages = [PAGE, *(path.read_text() for path in (ROOT / "docs/how-to").glob("*.md"))]
    given = {
        word
        for page in pages
        for words in re.findall(r"hagen bootstrap doctor((?: [a-z][a-z-]*)+)", page)
        for word in words.split()
    }
    assert given
    assert given <= checks
