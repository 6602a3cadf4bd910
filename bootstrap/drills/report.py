"""What a drill found: plain data with a stable shape, written as JSON and read back.

All times are seconds, and unless they say otherwise relative to the first fault (negative: before it). `schema` names
the shape; it changes whenever a field changes its meaning or goes. A field may come without that: who reads leaves
alone what it does not know. Pages and comparisons are made from this alone.
"""

import json
import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

SCHEMA: Final = "hagen-drill/1"
FILE: Final = "report.json"
_SHAPE = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")
_ID: Final = "https://hagen.dev/schemas/drill/1/report.json"


class ReportError(Exception):
    """A report that cannot be read."""


class Verdict(StrEnum):
    """UNKNOWN: it could not be told, which is no pass."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Tone(StrEnum):
    """How a stretch of a lane is: well, degraded, down, or not known."""

    WELL = "well"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class _Shape:
    __pydantic_config__: ClassVar[ConfigDict] = _SHAPE


@dataclass(frozen=True, kw_only=True)
class Identity(_Shape):
    """What was drilled, by whom, with what. `configuration`: SHA-256 of the load balancers' files, as they were live.

    `began`: ISO 8601, UTC, of the first fault. `revision`: of the rendered repository, empty without git.
    """

    cluster: str
    virtual_ip: str
    kubernetes: str
    hagen: str
    revision: str
    configuration: str
    operator: str
    began: str


@dataclass(frozen=True, kw_only=True)
class Steady(_Shape):
    """Before the fault: for how many seconds clients were watched, with how many requests, none of which failed."""

    seconds: float
    requests: int
    holder: str


@dataclass(frozen=True, kw_only=True)
class Act(_Shape):
    """One thing that was done. `what`: a sentence; `command`: what did it; `until`: when its watching ended."""

    at: float
    what: str
    command: str
    machine: str
    breaks: bool
    until: float


@dataclass(frozen=True, kw_only=True)
class Objective(_Shape):
    """What was promised for one act, beside what was seen. `bound` None: nothing here ends it, or it is not known.

    `measured` None: it was not, or it had not ended. Seconds. `source`: where the bound
    comes from.
    """

    act: int
    subject: str
    title: str
    measured: float | None
    bound: float | None
    verdict: Verdict
    source: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Probe(_Shape):
    """One client. `samples`: start, duration, and how each attempt ended ("ok", or the kind of failure), in order.

    `gaps`: start, length of each time without service; for kept connections and writes, silences above `pause`.
    """

    name: str
    title: str
    kind: str
    interval: float
    resolution: float
    attempts: int
    failures: int
    kinds: dict[str, int]
    longest: float
    unavailable: float
    gaps: tuple[tuple[float, float], ...]
    median: float | None
    p99: float | None
    worst: float | None
    samples: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Span(_Shape):
    """A stretch of a lane."""

    since: float
    until: float
    text: str
    tone: Tone


@dataclass(frozen=True, kw_only=True)
class Lane(_Shape):
    """One row of the timeline: who held, led or answered, and when."""

    name: str
    title: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True)
class Event(_Shape):
    """Something that happened at one moment. `lane`: of which it is; `source`: who says so."""

    at: float
    lane: str
    text: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Writes(_Shape):
    """Numbered writes. `missing`: acknowledged and absent, by node; None for a node that could not be asked.

    `unacknowledged`: present without an acknowledgement (allowed: it was lost on its way back).
    """

    acknowledged: int
    missing: dict[str, int | None]
    unacknowledged: dict[str, int | None]


@dataclass(frozen=True, kw_only=True)
class Address(_Shape):
    """The virtual IP. `held_by_many`: seconds, within the distance of two looks; `moves`: how often it was taken."""

    held_by_many: float
    moves: int
    resolution: float


@dataclass(frozen=True, kw_only=True)
class Alert(_Shape):
    """One alert. `expected`: it had to come; `allowed`: it may. When it was first pending and first fired.

    `raised`: it fired, or was pending still when the repair began; one that was pending for a moment told nobody.
    `earlier`: it was there before the first fault, and so is of something else; many rules look back for minutes.
    """

    name: str
    expected: bool
    allowed: bool
    raised: bool
    pending: float | None
    firing: float | None
    earlier: bool = False


@dataclass(frozen=True, kw_only=True)
class LoadStep(_Shape):
    """Some users for some time. `wanted`: pods that they are meant to lead to; `answered`: pods that gave an answer.

    `reached`: seconds until the pods were there, None: not while the step lasted. `slowest`: seconds.
    """

    name: str
    users: int
    wanted: int
    since: float
    until: float
    reached: float | None
    requests: int
    failures: int
    slowest: float
    answered: int


@dataclass(frozen=True, kw_only=True)
class Load(_Shape):
    """Users, and what their autoscaler made of them. `pods`: at, current, desired, ready, at each change."""

    autoscaler: str
    minimum: int
    maximum: int
    command: str
    steps: tuple[LoadStep, ...]
    pods: tuple[tuple[float, float | None, float | None, float | None], ...]


@dataclass(frozen=True, kw_only=True)
class Restored(_Shape):
    """Everything as before. `at`: when; None: it was not, for these reasons."""

    at: float | None
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Report(_Shape):
    """One drill. `reasons`: why the verdict is what it is; `watched`: from where to where the timeline goes."""

    drill: str
    title: str
    hypothesis: str
    identity: Identity
    steady: Steady
    acts: tuple[Act, ...]
    watched: tuple[float, float]
    objectives: tuple[Objective, ...]
    probes: tuple[Probe, ...]
    lanes: tuple[Lane, ...]
    events: tuple[Event, ...]
    writes: Writes | None
    address: Address | None
    alerts: tuple[Alert, ...] | None
    restored: Restored
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    not_measured: tuple[str, ...] = ()
    load: Load | None = None
    schema: Literal["hagen-drill/1"] = field(default=SCHEMA)


_REPORT: Final = TypeAdapter(Report)


def dump(report: Report) -> bytes:
    """As it is kept. The same report gives the same bytes."""
    return _REPORT.dump_json(report, by_alias=True, indent=1) + b"\n"


def load(path: Path) -> Report:
    """A report that was kept. ReportError when it is not one, OSError when there is none."""
    content = path.read_bytes()
    try:
        report = _REPORT.validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise ReportError(
            f"{path} is no {SCHEMA} report: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from error
    if "schema" not in json.loads(content):
        raise ReportError(f"{path} is no {SCHEMA} report: schema: it does not say which")
    return report


def keep(report: Report, folder: Path) -> Path:
    """Write it into a folder of its own: all of it, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{FILE}.{os.getpid()}"
    fresh.write_bytes(dump(report))
    return fresh.replace(folder / FILE)


def json_schema() -> dict[str, object]:
    """The shape (JSON Schema, draft 2020-12), for programs that read reports. `schema` is always there."""
    document = _REPORT.json_schema(by_alias=True)
    header = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _ID, "title": f"{SCHEMA} report"}
    return (
        header
        | {key: value for key, value in document.items() if key != "title"}
        | {"required": [*document["required"], "schema"]}
    )


def schema_text() -> str:
    """The shape as `hagen drill --schema` prints it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def rounded(seconds: float) -> float:
    """To the millisecond: nothing here is known better."""
    return round(seconds, 3)
