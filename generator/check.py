"""Judge a document: model first, then the rules, all problems at once.

A value that the model refuses is taken out (its default steps in), and every rule that would read it is left out, so
that one mistake neither hides the others nor makes up new ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from .codes import CODES
from .errors import HagenError
from .load import Document, load
from .model import Cluster
from .problem import Finding, Problem, path_name, printable
from .rules import applicable
from .validation import Outcome, validate


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with a file. `cluster` is there only when no problem is an error.

    `shaped`: the cluster when every value in the file is valid, whatever the rules say of them together.
    """

    file: str
    content: bytes
    problems: tuple[Problem, ...]
    cluster: Cluster | None
    shaped: Cluster | None = None

    @property
    def source(self) -> str:
        """The file's text, for showing the lines that are meant."""
        return self.content.decode("utf-8-sig", errors="replace")

    @property
    def sound(self) -> Cluster:
        """The cluster of a report without errors."""
        if self.cluster is None:
            raise HagenError(f"{self.file} has errors", remedy="run `hagen check`")
        return self.cluster

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
    outcome = _outcome(document)
    problems |= {_place(document, outcome.original(finding)) for finding in _judge(outcome)}
    problems |= {_place(document, finding) for finding in outcome.findings}
    ordered = tuple(sorted(problems))
    refused = any(problem.severity == "error" for problem in ordered)
    invalid = any(CODES[finding.code].severity == "error" for finding in (*document.findings, *outcome.findings))
    shaped = None if invalid else outcome.cluster
    return Report(document.name, document.content, ordered, None if refused else outcome.cluster, shaped)


def _outcome(document: Document) -> Outcome:
    if () in document.unusable or (document.data is None and document.findings):
        return Outcome(None, ())
    return validate(document.data, document.unusable, document.doubtful)


def _judge(outcome: Outcome) -> Iterator[Finding]:
    if outcome.cluster is not None:
        for rule in applicable(outcome.broken):
            yield from rule(outcome.cluster)


def _place(document: Document, finding: Finding, index: int | None = None) -> Problem:
    of_key = finding.code in {"HG103", "HG102"}
    line, column = document.finding_places[index] if index is not None else document.place(finding.path, of_key=of_key)
    severity = CODES[finding.code].severity
    name, message, remedy = path_name(finding.path), finding.message, finding.remedy
    return Problem(line, column, finding.code, severity, printable(name), printable(message), printable(remedy))
