"""Scalars of hagen.yaml with a meaning of their own: addresses, networks, durations, sizes, versions, URLs.

Each is a pydantic type that reads text, refuses what cannot be meant, and says in its JSON Schema what it takes. A
refusal is a `PydanticCustomError` whose type is the problem's code (see `codes`) and whose context holds the remedy.
"""

import re
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from ..problem import quoted

_DURATION: Final = re.compile(r"(?P<number>\d{1,12}(?:\.\d{1,12})?)(?P<unit>ms|s|m|h)", re.ASCII)
_DURATION_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE: Final = re.compile(r"(?P<number>\d{1,20})(?P<unit>Ki|Mi|Gi|Ti|KiB|MiB|GiB|TiB)", re.ASCII)
_SIZE_UNITS: Final = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_VERSION: Final = re.compile(r"v?(?P<major>\d{1,4})\.(?P<minor>\d{1,4})\.(?P<patch>\d{1,4})", re.ASCII)
_TYPE_NAMES: Final[dict[type, str]] = {  # a boolean is an int as well, and comes first
    bool: "a boolean",
    int: "a whole number",
    float: "a number with a point",
    str: "text",
    list: "a list",
    dict: "a mapping",
}
_MAX_DURATION_SECONDS: Final = 366 * 24 * 3600
_MAX_SIZE: Final = 2**60


def problem(code: str, message: str, remedy: str) -> PydanticCustomError:
    """An error that `check` shows as a problem of its own code, message and remedy."""
    context = {"message": message, "remedy": remedy}
    return PydanticCustomError(code, "{message}", context)


def _text(value: Any, what: str, example: str) -> str:  # noqa: ANN401
    """The value as text; anything else (a number, a list) is a wrong type."""
    if isinstance(value, str):
        return value.strip()
    raise problem("HG105", f"{what} is written as text, not as {type_name(value)}", f'write it like "{example}"')


def type_name(value: object) -> str:
    """What a person calls the type of a YAML value."""
    if value is None:
        return "nothing"
    return next((name for kind, name in _TYPE_NAMES.items() if isinstance(value, kind)), type(value).__name__)


def parse_address(value: object) -> IPv4Address:
    """An IPv4 address. IPv6 is refused by name (HG314), anything else as malformed (HG108)."""
    if isinstance(value, IPv4Address):
        return value
    text = _text(value, "an address", "10.196.35.11")
    try:
        address = ip_address(text)
    except ValueError:
        alone = text.partition("/")[0]
        hint = f"write the address alone: {alone}" if _is_address(alone) else "write it like 10.196.35.11"
        raise problem("HG108", f"{quoted(text)} is not an IP address", hint) from None
    if isinstance(address, IPv4Address):
        return address
    raise problem(
        "HG314",
        f"{quoted(text)} is an IPv6 address",
        "IPv6-only and dual-stack clusters are not supported: write an IPv4 address",
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def parse_network(value: object) -> IPv4Network:
    """An IPv4 network in CIDR notation. Host bits that are set are refused with the network that was meant (HG301)."""
    if isinstance(value, IPv4Network):
        return value
    text = _text(value, "a network", "10.196.35.0/24")
    if "," in text:
        message = f"{quoted(text)} names several networks (dual-stack)"
        raise problem("HG314", message, "dual-stack is not supported: write one IPv4 network")
    if "/" not in text:
        example = f"{text}/24" if _is_address(text) else "10.196.35.0/24"
        raise problem("HG108", f"{quoted(text)} has no prefix length", f"write it like {example}")
    network = _read_network(text)
    address, _, prefix = text.partition("/")
    if not prefix.isdecimal():  # a netmask, which may be meant the other way round
        message = f"{quoted(text)} has a mask in place of a prefix length"
        raise problem("HG108", message, f"did you mean {network}?")
    if ip_address(address) != network.network_address:
        raise problem("HG301", f"{text} has host bits set", f"did you mean {network}?")
    return network


def _read_network(text: str) -> IPv4Network:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        message = f"{quoted(text)} is not a network in CIDR notation"
        raise problem("HG108", message, "write it like 10.196.35.0/24") from None
    if isinstance(network, IPv4Network):
        return network
    remedy = "IPv6-only and dual-stack clusters are not supported: write an IPv4 network"
    raise problem("HG314", f"{quoted(text)} is an IPv6 network", remedy)


def parse_duration(value: object) -> timedelta:
    """A length of time: a number and one of ms, s, m, h ("100ms", "1.5s"). More than a year cannot be meant."""
    if isinstance(value, timedelta):
        return value
    text = _text(value, "a duration", "100ms")
    match = _DURATION.fullmatch(text)
    if match is None:
        raise problem(
            "HG108",
            f"{quoted(text)} is not a duration",
            'write a number and a unit (ms, s, m, h), like "100ms" or "1.5s"',
        )
    seconds = float(match["number"]) * _DURATION_UNITS[match["unit"]]
    if seconds > _MAX_DURATION_SECONDS:
        raise problem("HG107", f"{text} is longer than a year", "write a shorter duration")
    return timedelta(seconds=seconds)


def parse_size(value: object) -> int:
    """An amount of bytes: a whole number and a binary unit; "4GiB" (LXD) and "4Gi" (Kubernetes) are the same."""
    if isinstance(value, int) and not isinstance(value, bool) and _SIZE_UNITS["M"] < value <= _MAX_SIZE:
        return value
    text = _text(value, "a size", "4GiB")
    match = _SIZE.fullmatch(text)
    if match is None:
        raise problem(
            "HG108",
            f"{quoted(text)} is not a size",
            'write a whole number and a binary unit, like "4GiB" or "512MiB"',
        )
    size = int(match["number"]) * _SIZE_UNITS[match["unit"][0]]
    if size > _MAX_SIZE:
        raise problem("HG107", f"{text} is more than an exbibyte", "write a smaller size")
    return size


class Version(NamedTuple):
    """A full version of Kubernetes. `minor_name` is what compatibility ranges are written in."""

    major: int
    minor: int
    patch: int

    @property
    def minor_name(self) -> str:
        """Major and minor alone, "1.36"."""
        return f"{self.major}.{self.minor}"

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def parse_version(value: object) -> Version:
    """A version with all three parts. 1.36 alone would let a package repository choose the patch (HG701)."""
    if isinstance(value, Version):
        return value
    text = str(value) if isinstance(value, float) else _text(value, "a version", "1.36.2")
    match = _VERSION.fullmatch(text)
    if match is None:
        full = f"{text}.0" if re.fullmatch(r"v?\d+\.\d+", text) else "1.36.2"
        raise problem("HG701", f"{quoted(text)} is not a full version", f"write version: {full}")
    return Version(int(match["major"]), int(match["minor"]), int(match["patch"]))


def format_duration(duration: timedelta) -> str:
    """The duration in its largest unit that keeps it whole: "100ms", "2s", "5m"."""
    milliseconds = round(duration / timedelta(milliseconds=1))
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def format_size(size: int, *, suffix: str = "iB") -> str:
    """The size in its largest binary unit that keeps it whole; suffix "iB" for LXD, "i" for Kubernetes."""
    for unit in ("T", "G", "M", "K"):
        if size % _SIZE_UNITS[unit] == 0:
            return f"{size // _SIZE_UNITS[unit]}{unit}{suffix}"
    return str(size)


def _schema(description: str, pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": description, "pattern": pattern, "examples": [example]})


Address = Annotated[
    IPv4Address,
    BeforeValidator(parse_address),
    _schema("IPv4 address", r"^\d+\.\d+\.\d+\.\d+$", "10.196.35.11"),
]
Network = Annotated[
    IPv4Network,
    BeforeValidator(parse_network),
    _schema("IPv4 network", r"^\d+\.\d+\.\d+\.\d+/\d+$", "10.196.35.0/24"),
]
Duration = Annotated[
    timedelta, BeforeValidator(parse_duration), _schema("duration", r"^\d+(\.\d+)?(ms|s|m|h)$", "100ms")
]
ByteSize = Annotated[int, BeforeValidator(parse_size), _schema("size in bytes", r"^\d+[KMGT]iB?$", "4GiB")]
KubernetesVersion = Annotated[
    Version, BeforeValidator(parse_version), _schema("full version", r"^v?\d+\.\d+\.\d+$", "1.36.2")
]
