"""Every rule, asked once. Pure; what a code stands for is in `finding.py`."""

from itertools import chain

from . import lint_agent, lint_haproxy, lint_keepalived
from .finding import Finding
from .subject import Subject

JUDGES = (*lint_keepalived.JUDGES, *lint_haproxy.JUDGES, *lint_agent.JUDGES)


def lint(subject: Subject) -> tuple[Finding, ...]:
    """Every rule's findings, in the order of the codes, each once."""
    found = set(chain.from_iterable(judge(subject) for judge in JUDGES))
    return tuple(sorted(found, key=lambda one: (one.code, one.text)))
