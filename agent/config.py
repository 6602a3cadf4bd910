"""agent.yaml as the agent reads it: strict, every problem at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from .document import Problem, load
from .refusals import report


class ConfigError(Exception):
    """agent.yaml cannot be used. `problems`: one line each, with its place and its remedy; `details`: their parts."""

    def __init__(self, path: Path, details: Sequence[Problem]) -> None:
        self.path = path
        self.details = tuple(sorted(details))
        self.problems = tuple(_line(path, problem) for problem in self.details)
        super().__init__("\n".join(self.problems))


def _line(path: Path, problem: Problem) -> str:
    subject = f"{problem.path}: " if problem.path else ""
    return f"{path}:{problem.line}:{problem.column}: error: {subject}{problem.message}; {problem.remedy}"


class _Section(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True)


def _refuse(message: str, remedy: str) -> PydanticCustomError:
    braces = str.maketrans({"{": "(", "}": ")"})  # they would be taken for placeholders
    return PydanticCustomError("hagen", message.translate(braces), {"remedy": remedy})


_PLACES = ("address", "url", "metrics_url")


def _address(value: object) -> object:
    try:
        return IPv4Address(value) if isinstance(value, str) else value
    except ValueError:
        raise _refuse(f"{value!r} is no IPv4 address", "write four numbers from 0 to 255, with dots") from None


def _text(value: str) -> str:
    if not value:
        raise _refuse("must be text, not ''", "write what it is called, or leave the key out if it may be")
    if not value.isprintable():
        raise _refuse(f"must be text on one line, not {value!r}", "remove what cannot be seen")
    return value


def _url(value: str, schemes: Sequence[str]) -> str:
    """With an address: looking up a name has no deadline."""
    try:
        parts = urlsplit(value)
        address = ip_address(parts.hostname or "")
        sound = parts.scheme in schemes and parts.port != 0 and not (address.is_unspecified or address.is_multicast)
    except ValueError:
        sound = False
    wanted = f"{schemes[0]}://<address>:<port>"
    if not sound:
        raise _refuse(f"{value!r} is no URL of an address", f"write {wanted}; a name has no deadline")
    if not (value.isascii() and value.isprintable()) or set(value) & set(" @?#"):
        raise _refuse(f"{value!r} is more than a URL of an address", f"write {wanted}, without user, query or spaces")
    return value


def _place(value: object) -> tuple[IPv4Address | IPv6Address, int, str]:
    """One for each place, however it is written: address, port, path. 0: no port."""
    if isinstance(value, IPv4Address):
        return value, 0, ""
    value = str(value)
    parts = urlsplit(value)
    address = ip_address(parts.hostname or "")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return getattr(address, "ipv4_mapped", None) or address, port, parts.path.rstrip("/")


def _apart(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    """Each of another name, and at another place."""
    names = [(getattr(entry, "namespace", ""), entry.name) for entry in entries]
    twice = sorted({name for _, name in names if [other for _, other in names].count(name) > 1})
    if len(set(names)) < len(names):
        raise _refuse(f"{', '.join(twice)} stands there more than once", "give each entry a name of its own")
    # One that is asked in the place of three would prove a quorum by itself.
    written = [getattr(entry, key) for key in _PLACES for entry in entries if hasattr(entry, key)]
    times = Counter(map(_place, written))
    last = {_place(value): str(value) for value in written if times[_place(value)] > 1}
    shared = sorted(last.values())
    if shared:
        raise _refuse(f"{', '.join(shared)} is asked for more than one of them", "give each entry its own machine's")
    return entries


def _reachable(quorum: int, size: int) -> None:
    if quorum > size:
        raise _refuse(
            f"a quorum of {quorum} is more than there are: {size}", f"a majority of {size} is {size // 2 + 1}"
        )


Text = Annotated[str, AfterValidator(_text)]
Address = Annotated[IPv4Address, BeforeValidator(_address)]
Port = Annotated[int, Field(ge=1, le=65535)]
HTTPS = Annotated[str, AfterValidator(lambda value: _url(value, ("https",)))]
HTTP = Annotated[str, AfterValidator(lambda value: _url(value, ("http", "https")))]


class Listen(_Section):
    """Where the metrics are served."""

    port: Port


class VirtualIP(_Section):
    """The address whose holder is watched, and how keepalived knows it."""

    address: Address
    interface: Text
    vrrp_instance: Text
    advert_milliseconds: int = Field(ge=10, le=255_000)  # keepalived(5): advert_int


class LoadBalancer(_Section):
    """One load balancer; the agent finds itself among them by its own addresses."""

    name: Text
    address: Address
    priority: int = Field(ge=1, le=254)


class Haproxy(_Section):
    """Where haproxy answers for itself."""

    socket: Text
    health_url: HTTP = Field(alias="healthURL")


class Keepalived(_Section):
    """How keepalived is asked: `socket` is that of the helper; the dump is where keepalived writes it."""

    socket: Text = "/run/hagen-agent/keepalived.sock"
    dump_file: Text = "/tmp/keepalived.json"  # noqa: S108 - keepalived's choice


class Peers(_Section):
    """How the other load balancers' agents are asked: with TLS if there is a CA, with a certificate if there is one.

    As a user if there is one (RFC 7617); `password_file` holds that user's password and no more.
    """

    ca_file: Text | None = None
    certificate_file: Text | None = None
    key_file: Text | None = None
    username: Text | None = None
    password_file: Text | None = None

    _remedies: ClassVar[Mapping[str, str]] = {
        "username and passwordFile belong together": "write both, or neither",
        "keyFile without certificateFile": "write certificateFile too, or neither",
        "certificateFile without caFile": "write caFile too: without it there is no TLS",
        "a user's name with a colon": "choose another: the colon ends the name (RFC 7617)",
    }

    @model_validator(mode="after")
    def _in_pairs(self) -> Self:
        problems = {
            "username and passwordFile belong together": (self.username is None) != (self.password_file is None),
            "keyFile without certificateFile": self.certificate_file is None and self.key_file is not None,
            "certificateFile without caFile": self.ca_file is None and self.certificate_file is not None,
            "a user's name with a colon": ":" in (self.username or ""),
        }
        found = [problem for problem, there in problems.items() if there]
        if found:
            raise _refuse(", ".join(found), ", ".join(self._remedies[problem] for problem in found))
        return self


class ApiServer(_Section):
    """One API server, asked directly."""

    name: Text
    url: HTTPS


class ApiServers(_Section):
    """The API servers: through the virtual IP, and each by itself."""

    endpoint: HTTPS
    members: Annotated[tuple[ApiServer, ...], AfterValidator(_apart)] = Field(min_length=1, strict=False)


class EtcdMember(_Section):
    """One etcd member; metrics over plain HTTP."""

    name: Text
    metrics_url: HTTP = Field(alias="metricsURL")


class Etcd(_Section):
    """etcd; a write needs `quorum` members."""

    members: Annotated[tuple[EtcdMember, ...], AfterValidator(_apart)] = Field(min_length=1, strict=False)
    quorum: int = Field(ge=1)

    @field_validator("quorum")
    @classmethod
    def _enough(cls, quorum: int, info: ValidationInfo) -> int:
        if members := info.data.get("members"):
            _reachable(quorum, len(members))
        return quorum


class Kubernetes(_Section):
    """How the agent logs in to the API: with a kubeconfig if there is one, else with a token and the CA of the API."""

    kubeconfig: Text | None = None
    token_file: Text = "/etc/hagen-agent/token"  # noqa: S105 - a path
    ca_file: Text = "/etc/hagen-agent/ca.crt"


class Operator(_Section):
    """The Lease that the database's operator renews while it lives."""

    namespace: Text
    lease: Text


class Galera(_Section):
    """The PerconaXtraDBCluster; a primary component needs `quorum` nodes.

    `user` may log in and read the status, nothing else; `password_file` holds its password and no more.
    """

    name: Text
    namespace: Text
    size: int = Field(ge=1)
    quorum: int = Field(ge=1)
    user: Text = "hagen_agent"
    password_file: Text = "/etc/hagen-agent/galera-password"  # noqa: S105 - a path
    operator: Operator | None = None

    @field_validator("quorum")
    @classmethod
    def _enough(cls, quorum: int, info: ValidationInfo) -> int:
        _reachable(quorum, info.data.get("size", quorum))
        return quorum


class Autoscaler(_Section):
    """One HorizontalPodAutoscaler."""

    name: Text
    namespace: Text
    min: int = Field(ge=0)
    max: int = Field(ge=1)

    @field_validator("max")
    @classmethod
    def _in_order(cls, most: int, info: ValidationInfo) -> int:
        if (least := info.data.get("min", most)) > most:
            raise _refuse(f"min {least} is more than max {most}", "write the smaller number as min")
        return most


class AgentConfig(_Section):
    """Everything that the agent watches."""

    api_version: Literal["hagen.dev/v1alpha1"]
    kind: Literal["Agent"]
    cluster: Text
    listen: Listen
    virtual_ip: VirtualIP = Field(alias="virtualIP")
    load_balancers: Annotated[tuple[LoadBalancer, ...], AfterValidator(_apart)] = Field(min_length=1, strict=False)
    haproxy: Haproxy
    keepalived: Keepalived = Keepalived()
    peers: Peers = Peers()
    api_servers: ApiServers
    kubernetes: Kubernetes = Kubernetes()
    etcd: Etcd
    galera: Galera
    autoscalers: Annotated[tuple[Autoscaler, ...], AfterValidator(_apart)] = Field(strict=False)

    @field_validator("load_balancers", "api_servers", "etcd")
    @classmethod
    def _itself(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - each of the three
        """Whoever holds the virtual IP would answer in the place of another, and take a peer for itself."""
        virtual = info.data.get("virtual_ip")
        moving = str(virtual.address) if virtual else ""
        for entry in value if isinstance(value, tuple) else value.members:
            if moving in {str(_place(getattr(entry, key))[0]) for key in _PLACES if hasattr(entry, key)}:
                raise _refuse(f"{entry.name} has the virtual IP, {moving}, for its address", "write the machine's own")
        return value


def load_config(path: Path) -> AgentConfig:
    """Read agent.yaml. ConfigError, with every problem, when it is not exactly what is expected."""
    document = load(path)
    config = None
    if document.data is not None or not document.problems:
        try:
            config = AgentConfig.model_validate(document.data)
        except ValidationError as error:
            report(document, AgentConfig, error.errors(include_url=False))
    if config is None or document.problems:
        raise ConfigError(path, document.problems)
    return config
