"""docs/agent-lint.md is made from the table of the rules. `make update` writes it anew."""

import os

from hagen.agent.settings import RULES
from tests.support import ROOT

PAGE = ROOT / "docs/agent-lint.md"


def page() -> str:
    lines = [
        "# What the agent finds in keepalived.conf, haproxy.cfg and agent.yaml",
        "",
        "Made from `agent/settings/finding.py` by `make update`. The agent reads the files that are in force on its host;",
        "nothing is found in what hagen renders. Codes are never reused.",
        "",
        "| Code | What | Why it matters | Remedy |",
        "|---|---|---|---|",
    ]
    lines += [f"| {code} | {rule.title} | {rule.why} | {rule.remedy} |" for code, rule in RULES.items()]
    return "\n".join(lines) + "\n"


def test_page_is_up_to_date() -> None:
    if os.environ.get("HAGEN_UPDATE"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page(), "run `make update`"
