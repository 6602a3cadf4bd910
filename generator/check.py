"""Judge a document: model first, then the rules, all problems at once.

A value that the model refuses is taken out (its default steps in), and every rule that would read it is left out, so
that one mistake neither hides the others nor makes up new ones.
"""

from dataclasses import dataclass
from pathlib import Path as FilePath

from .codes import CODES
from .load import Document, load
from .model import Cluster
from .problem import Finding, Problem, path_name
from .rules import applicable
from .validation import validate


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with a file. `cluster` is there only when no problem is an error."""

    file: str
    problems: tuple[Problem, ...]
    cluster: Cluster | None

    @property
    def errors(self) -> int:
        """How many problems forbid a render."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many problems a render goes past."""
        return len(self.problems) - self.errors


def check_file(path: FilePath) -> Report:
    """Read and judge a file. A file that cannot be read is a HagenError; everything in it is a problem."""
    return check(load(path))


def check(document: Document) -> Report:
    """All problems of a document, in the order of the file."""
    problems = {_place(document, finding, index) for index, finding in enumerate(document.findings)}
    cluster = None
    if document.data is not None or not document.findings:
        outcome = validate(document.data)
        findings = [*outcome.findings]
        if outcome.cluster is not None:
            findings += [
                outcome.original(finding) for rule in applicable(outcome.broken) for finding in rule(outcome.cluster)
            ]
        problems |= {_place(document, finding) for finding in findings}
        cluster = outcome.cluster
    ordered = tuple(sorted(problems))
    refused = any(problem.severity == "error" for problem in ordered)
    return Report(document.name, ordered, None if refused else cluster)


def _place(document: Document, finding: Finding, index: int | None = None) -> Problem:
    of_key = finding.code in {"HG103", "HG102"}
    line, column = document.finding_places[index] if index is not None else document.place(finding.path, of_key=of_key)
    severity = CODES[finding.code].severity
    return Problem(line, column, finding.code, severity, path_name(finding.path), finding.message, finding.remedy)
