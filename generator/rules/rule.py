"""The form of a rule."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel

from ..model import Cluster
from ..problem import Finding, Path

Judgement = Callable[[Cluster], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A judgement, and the paths of the values that it reads: whole, and list entries each by itself."""

    reads: tuple[Path, ...]
    each: tuple[Path, ...]
    judge: Judgement

    def __call__(self, cluster: Cluster) -> Iterator[Finding]:
        """What the rule finds."""
        yield from self.judge(cluster)

    def reads_any(self, broken: frozenset[Path]) -> bool:
        """Whether a value that it reads was refused. Refused entries of an `each` list are gone and do not matter."""
        whole = any(path[: len(read)] == read[: len(path)] for path in broken for read in self.reads)
        return whole or any(path == read[: len(path)] for path in broken for read in self.each)


def reads(*names: str, each: str = "") -> Callable[[Judgement], Rule]:
    """Make a rule of a function. Names are dotted paths: "network.cidr", or "nodes" for all machines together.

    `each` names a list whose entries are judged one by one: what is said of an entry stays true when another one was
    refused.
    """
    paths = tuple(_path(name) for name in names)
    return lambda judge: Rule(paths, (_path(each),) if each else (), judge)


class Fault(NamedTuple):
    """What is wrong with one text."""

    code: str
    message: str
    remedy: str


TextJudgement = Callable[[str], Fault | None]


def text_rule(name: str, value: Callable[[Cluster], str | None], judge: TextJudgement) -> Rule:
    """A rule about one text of the file by itself; None (nothing given) is always right."""
    path = _path(name)

    def judge_text(cluster: Cluster) -> Iterator[Finding]:
        text = value(cluster)
        fault = None if text is None else judge(text)
        if fault is not None:
            yield Finding(fault.code, path, fault.message, fault.remedy)

    return Rule((path,), (), judge_text)


def list_rule(name: str, values: Callable[[Cluster], Iterable[str]], judge: TextJudgement) -> Rule:
    """A rule about each text of a list by itself."""
    path = _path(name)

    def judge_texts(cluster: Cluster) -> Iterator[Finding]:
        for index, text in enumerate(values(cluster)):
            fault = judge(text)
            if fault is not None:
                yield Finding(fault.code, (*path, index), fault.message, fault.remedy)

    return Rule((), (path,), judge_texts)


def write(cluster: Cluster, path: Path, value: object, at: Path | None = None) -> str:
    """The remedy that a key takes a value: with the sections above it that the file does not have.

    `at` is where the problem is shown, when that is not the place to write at.
    """
    section: object = cluster
    for index, key in enumerate(path[:-1]):
        name = _field(section, str(key))
        if name not in getattr(section, "model_fields_set", ()):
            return f"write {key}: {_nested(path[index + 1 :], value)}"
        section = getattr(section, name)
    return f"write {path[-1] if at in (None, path) else '.'.join(map(str, path))}: {value}"


def _field(section: object, key: str) -> str:
    fields = type(section).model_fields if isinstance(section, BaseModel) else {}
    return next((name for name, field in fields.items() if (field.alias or name) == key), key)


def _nested(path: Path, value: object) -> str:
    return f"{{{path[0]}: {_nested(path[1:], value)}}}" if path else str(value)


def _path(name: str) -> Path:
    return tuple(name.split("."))
