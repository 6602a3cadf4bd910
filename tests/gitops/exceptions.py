"""Reads exceptions.yaml, and takes what it allows out of a check's verdicts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from tests.gitops.made import listed
from tests.gitops.verdict import Verdict


@dataclass(frozen=True)
class Allowed:
    """One exception."""

    check: str
    subject: str
    about: str
    reason: str

    def covers(self, check: str, verdict: Verdict) -> bool:
        """Whether it speaks of this verdict."""
        return (
            check == self.check
            and fnmatchcase(verdict.subject, self.subject)
            and fnmatchcase(verdict.about, self.about)
        )


@cache
def exceptions() -> tuple[Allowed, ...]:
    """Every exception. TypeError for an entry that lacks a key or has another."""
    return tuple(Allowed(**entry) for entry in listed()["exceptions"])


def problems(check: str, verdicts: Iterable[Verdict]) -> list[str]:
    """What a check found and no exception allows."""
    wrong = sorted({verdict for verdict in verdicts if verdict.problem})
    return [str(verdict) for verdict in wrong if not any(entry.covers(check, verdict) for entry in exceptions())]


def stale(verdicts: Mapping[str, Iterable[Verdict]]) -> list[str]:
    """The exceptions of some checks that their verdicts do not meet any more: they would hide the next fault."""
    wrong = {check: [verdict for verdict in found if verdict.problem] for check, found in verdicts.items()}
    return [
        f"{entry.check}: {entry.subject}: {entry.about} is met no more: take it out of exceptions.yaml"
        for entry in exceptions()
        if entry.check in wrong and not any(entry.covers(entry.check, verdict) for verdict in wrong[entry.check])
    ]
