"""What is probed: a JSON file, read strictly, every problem at once.

Keys of the file are the fields' names in camelCase, except `ackLog` and `passwordEnv`, which would be long.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

_STRICT = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, allow_inf_nan=False)
_TRANSLATED = {"missing": "is missing", "unexpected_keyword_argument": "is not known here"}


class PlanError(Exception):
    """The plan cannot be used; one line per problem in `problems`."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        super().__init__(f"{path}: " + "; ".join(problems))
        self.problems = problems


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not value.isprintable() or " " in value:
        raise ValueError("write http://HOST:PORT/PATH or https://HOST:PORT/PATH")
    if parts.port == 0 or parts.username is not None or parts.fragment:
        raise ValueError("a URL with a port above 0, without a user and without a fragment")
    return value


def _header(value: str) -> str:
    if not value.isprintable() or not value.isascii():
        raise ValueError("printable ASCII only")
    return value


Name = Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
URL = Annotated[str, AfterValidator(_http)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Status = Annotated[int, Field(ge=100, le=599)]
Header = Annotated[str, AfterValidator(_header)]


@dataclass(frozen=True, kw_only=True)
class HTTPProbe:
    """Requests over new connections (`new-connection`), over one kept one (`pooled`), or one endless answer (`stream`).

    `interval`: seconds from one start to the next; a stream waits that long before it connects again. `timeout`:
    seconds for one whole request. `silence`: how long a stream may say nothing; as `timeout` where it is not given.
    `ca_file`: the CA that an https server's certificate comes from; without one those of the system are trusted.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: Name
    kind: Literal["new-connection", "pooled", "stream"]
    url: URL
    interval: Seconds = 0.01
    timeout: Seconds = 0.5
    silence: Seconds | None = None
    ca_file: Path | None = None
    headers: Mapping[Header, Header] = field(default_factory=dict)
    expect: Annotated[tuple[Status, ...], Field(min_length=1)] = (200,)

    @property
    def parts(self) -> SplitResult:
        """The URL, taken apart."""
        return urlsplit(self.url)


@dataclass(frozen=True, kw_only=True)
class CanaryProbe:
    """Numbered writes to a MySQL server. `acknowledged`: the file that gets one line for each write that was confirmed.

    `run` tells the writes of this probe from all others. `mode`: over one kept connection, or each over a new one.
    The password comes from the environment variable `password_environment`; without one there is none.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: Name
    kind: Literal["canary"]
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 3306
    user: str
    password_environment: Annotated[str, Field(alias="passwordEnv")] = ""
    database: str
    run: Name
    acknowledged: Annotated[Path, Field(alias="ackLog")]
    mode: Literal["kept", "new-connection"] = "kept"
    interval: Seconds = 0.02
    timeout: Seconds = 0.5


Probe = Annotated[HTTPProbe | CanaryProbe, Field(discriminator="kind")]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`duration`: seconds until it ends by itself; without one it runs until it is told to end."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    probes: Annotated[tuple[Probe, ...], Field(min_length=1)]
    duration: Annotated[float, Field(gt=0)] | None = None


_PLAN = TypeAdapter(Plan)


def load_plan(path: Path) -> Plan:
    """Read a plan. Raises PlanError with every problem; OSError when the file cannot be read."""
    content = path.read_bytes()
    try:
        json.loads(content, object_pairs_hook=_each_key_once)
        plan = _PLAN.validate_json(content)
    except ValidationError as error:
        raise PlanError(path, tuple(_problems(error))) from error
    except (ValueError, RecursionError) as error:
        raise PlanError(path, (f"is not JSON: {error}",)) from error
    if found := tuple(_contradictions(plan)):
        raise PlanError(path, found)
    return plan


def dump_plan(plan: Plan, path: Path) -> None:
    """Write a plan that `load_plan` reads: all of it, or nothing."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(_PLAN.dump_json(plan, by_alias=True, exclude_none=True, indent=2))
    fresh.replace(path)


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"the key {twice[0]!r} is there twice")
    return dict(pairs)


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        place = [part for position, part in enumerate(problem["loc"]) if position != 2]  # noqa: PLR2004 - the kind
        where = ".".join(map(str, place)) or "the plan"
        yield f"{where}: {_TRANSLATED.get(problem['type'], problem['msg'])}"


def _contradictions(plan: Plan) -> Iterator[str]:
    canaries = [probe for probe in plan.probes if isinstance(probe, CanaryProbe)]
    yield from _twice("name", [probe.name for probe in plan.probes])
    yield from _twice("run", [probe.run for probe in canaries])
    yield from _twice("ackLog", [str(probe.acknowledged) for probe in canaries])
    for number, probe in enumerate(plan.probes):
        if isinstance(probe, HTTPProbe):
            if probe.silence is not None and probe.kind != "stream":
                yield f"probes.{number}.silence: only a stream can be silent"
            if probe.ca_file is not None and probe.parts.scheme != "https":
                yield f"probes.{number}.caFile: the URL is not https"


def _twice(what: str, values: list[str]) -> Iterator[str]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"probes: the {what} {value!r} is there twice"
