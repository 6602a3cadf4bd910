"""What is probed: a JSON file, read strictly, every problem at once."""

import json
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel


class PlanError(Exception):
    """The plan cannot be used; one line per problem in `problems`."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        super().__init__(f"{path}: " + "; ".join(problems))
        self.problems = problems


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write http://HOST:PORT/PATH or https://HOST:PORT/PATH")
    return value


URL = Annotated[str, AfterValidator(_http)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class _Section(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class HTTPProbe(_Section):
    """Requests over new connections (`new-connection`), over one kept one (`pooled`), or one endless answer (`stream`).

    `interval`: seconds from one start to the next. `timeout`: seconds for one whole request; for a stream, how long
    silence may last. `ca_file`: the CA that an https server's certificate comes from.
    """

    name: str
    kind: Literal["new-connection", "pooled", "stream"]
    url: URL
    interval: Seconds = 0.01
    timeout: Seconds = 0.5
    ca_file: Path | None = None
    headers: dict[str, str] = {}
    expect: tuple[int, ...] = (200,)

    @property
    def parts(self) -> SplitResult:
        """The URL, taken apart."""
        return urlsplit(self.url)


class CanaryProbe(_Section):
    """Numbered writes to a MySQL server. `acknowledged`: the file that gets one line for each write that was confirmed.

    `run` tells the writes of this plan from those of others; the password comes from an environment variable.
    """

    name: str
    kind: Literal["canary"]
    host: str
    port: int = Field(3306, ge=1, le=65535)
    user: str
    password_environment: str = ""
    database: str
    run: str = Field(pattern=r"^[\w.-]{1,64}$")
    acknowledged: Path
    interval: Seconds = 0.02
    timeout: Seconds = 0.5


Probe = Annotated[HTTPProbe | CanaryProbe, Field(discriminator="kind")]


class Plan(_Section):
    """`duration`: seconds until it ends by itself; without one it runs until it is told to end."""

    probes: tuple[Probe, ...] = Field(min_length=1)
    duration: Seconds | None = None


def load_plan(path: Path) -> Plan:
    """Read a plan. Raises PlanError with every problem; OSError when the file cannot be read."""
    try:
        plan = Plan.model_validate(json.loads(path.read_bytes()))
    except ValueError as error:
        raise PlanError(path, _problems(error)) from error
    names = [probe.name for probe in plan.probes]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise PlanError(path, tuple(f"probes: the name {name!r} is there twice" for name in twice))
    return plan


def dump_plan(plan: Plan, path: Path) -> None:
    """Write a plan that `load_plan` reads."""
    path.write_text(plan.model_dump_json(by_alias=True, exclude_none=True, indent=2))


def _problems(error: ValueError) -> tuple[str, ...]:
    if not isinstance(error, ValidationError):
        return (f"is not JSON: {error}",)
    return tuple(f"{'.'.join(map(str, problem['loc'])) or 'the plan'}: {problem['msg']}" for problem in error.errors())
