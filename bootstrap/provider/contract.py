"""What the steps ask of a provider of machines. Nothing of LXD is visible from here on.

Every method waits until it is done, within its deadline, and looks before it acts: to create what is there as wanted,
to start what runs, to stop what is stopped and to delete what is gone are all done at once. Methods may be called from
several threads at a time, each for a machine of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class ProviderError(Exception):
    """A request was not carried out. `cause`: a sentence without its full stop, `remedy`: whole ones; no secrets.

    `again`: the same request may succeed in a moment (the machine is booting, the server is busy).
    """

    def __init__(self, place: str, cause: str, remedy: str = "", *, again: bool = False) -> None:
        super().__init__(f"{place}: {cause}" + (f". {remedy}" if remedy else ""))
        self.place, self.cause, self.remedy, self.again = place, cause, remedy, again


class ForeignMachine(ProviderError):  # noqa: N818 -- it says what is the matter
    """A machine of this name is there, and was not made by hagen for this cluster: it is not touched."""


class ForeignImage(ProviderError):  # noqa: N818
    """An image has this alias, and hagen did not make it for this cluster: it is not touched."""


class MustStop(ProviderError):  # noqa: N818
    """What is wanted can only be changed while the machine is switched off."""


class Timeout(ProviderError):  # noqa: N818
    """The deadline passed. What was begun may still be going on at the provider."""


class Power(StrEnum):
    """What a machine is doing; `OTHER` for whatever is on its way."""

    RUNNING = "running"
    STOPPED = "stopped"
    FROZEN = "frozen"
    OTHER = "other"


@dataclass(frozen=True)
class Image:
    """What a machine boots from: an alias, of a simplestreams server or (empty) of the provider's own store."""

    alias: str
    server: str = ""


@dataclass(frozen=True)
class Wanted:
    """One machine as it shall be. Sizes as "4GiB"; empty text leaves the choice to the provider.

    `digest`: of everything that can only change by making the machine anew; kept with it. `interface`: what a container
    calls its network card; in a virtual machine the kernel names it. `profiles`: besides the provider's default ones.
    """

    name: str
    role: str
    virtual: bool
    image: Image
    cpu: int
    memory: str
    disk: str
    storage_pool: str
    bridge: str
    address: str
    user_data: str
    interface: str = ""
    profiles: tuple[str, ...] = ()
    host: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Network:
    """A network for machines. `gateway`: "10.10.10.1/24"; `dhcp`: "10.10.10.100-10.10.10.199", empty for all of it."""

    name: str
    gateway: str
    dhcp: str = ""
    mtu: int | None = None


@dataclass(frozen=True)
class Machine:
    """One machine as it is. `addresses`: IPv4, of the card that it was made with; empty while they are not known.

    `profiles` as in Wanted; `cpu` and `memory` are what was asked for, not what is used.
    """

    name: str
    role: str
    power: Power
    digest: str
    host: str = ""
    cpu: int | None = None
    memory: str = ""
    profiles: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """An image of a machine, in the provider's own store. `size`: bytes; `made`: when, ISO 8601 as the provider has it.

    `properties`: what `publish` was given.
    """

    alias: str
    virtual: bool
    size: int
    made: str
    properties: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a command on a machine came to."""

    code: int
    stdout: bytes = b""
    stderr: bytes = b""


@dataclass(frozen=True)
class Capacity:
    """What the provider's side has, for the whole or for one host of it. Bytes; None where it does not say."""

    host: str
    memory_total: int | None = None
    memory_used: int | None = None
    disk_total: int | None = None
    disk_used: int | None = None
    cpus: int | None = None
    virtual_machines: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """Who the provider is and what there is. `networks`: name to attributes; `taken`: addresses by foreign machines."""

    server: str
    version: str
    hosts: tuple[Capacity, ...]
    networks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    storage_pools: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    taken: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """A provider, for one cluster. All methods raise ProviderError."""

    def offer(self) -> Offer:
        """Who answers, and what it has. For preflight and doctor."""
        ...

    def has_image(self, image: Image, *, virtual: bool) -> bool | None:
        """Whether a machine of this kind could be made from it now. None when that cannot be told from here."""
        ...

    def ensure_network(self, network: Network) -> bool:
        """Make the network. False when one of this name is there: it is taken as it is, whoever made it."""
        ...

    def delete_network(self, name: str) -> bool:
        """Remove the network that `ensure_network` made for this cluster. False for none, or somebody else's."""
        ...

    def machines(self) -> Mapping[str, Machine]:
        """The machines of this cluster by name. Never a foreign one."""
        ...

    def create(self, wanted: Wanted) -> bool:
        """Make the machine, stopped. False when it is there already; ForeignMachine when somebody else's is."""
        ...

    def change(self, wanted: Wanted) -> bool:
        """Bring what can change in place (processors, memory, profiles) to what is wanted. False when it is so.

        MustStop when a running machine does not take it.
        """
        ...

    def start(self, name: str) -> None:
        """Switch on, or let a frozen one go on; returns when the provider says that it runs, before it has booted."""
        ...

    def freeze(self, name: str) -> None:
        """Halt a running machine where it is: it answers nothing, and knows nothing of it when it goes on."""
        ...

    def stop(self, name: str, *, timeout: float, force: bool = False) -> None:
        """Shut down within `timeout` seconds (Timeout when it is still on then); with `force` switch off at once."""
        ...

    def delete(self, name: str) -> bool:
        """Switch off and remove with its disk. False when it is gone. ForeignMachine for anybody else's."""
        ...

    def execute(
        self, name: str, argv: Sequence[str], *, timeout: float, stdin: bytes = b"", silent: bool = False
    ) -> Outcome:
        """Run a command as root. Timeout after so many seconds, and then the command is ended on the machine.

        A program that is not there: code 127, as in a shell. `silent`: nobody wants to know what it prints, only its
        code; that is cheaper.
        """
        ...

    def push(self, name: str, path: str, content: bytes, *, mode: int = 0o644, owner: str = "root") -> None:
        """Put a file in place of a running machine, whole or not at all; missing folders are made.

        `owner`: a user's name, and with a colon a group's ("haproxy:haproxy").
        """
        ...

    def pull(self, name: str, path: str) -> bytes:
        """A file's content. ProviderError when there is none."""
        ...

    def shell(self, name: str) -> Sequence[str]:
        """The local command, with its arguments, that opens a root shell on the machine for a person."""
        ...

    def images(self) -> Mapping[str, Published]:
        """The images that `publish` made for this cluster, by alias."""
        ...

    def publish(self, name: str, alias: str, properties: Mapping[str, str]) -> None:
        """Make an image of a machine that is switched off. The one of hagen's that had the alias goes.

        ForeignImage when somebody else's image has the alias. What a killed call left, the next one removes.
        """
        ...

    def delete_image(self, alias: str) -> bool:
        """Remove what `publish` made; machines that were made from it stay. False when there is none. ForeignImage."""
        ...

    def lock(self, holder: str, seconds: float) -> str:
        """Take this cluster's lock for so many seconds, or renew it. Empty when `holder` has it now, else who has it.

        One that has run out is taken over. Of two that ask at once, one gets it.
        """
        ...

    def unlock(self, holder: str) -> None:
        """Give the lock back. Nothing happens when somebody else has it."""
        ...

    def close(self) -> None:
        """Let go of the connections. The next call opens new ones."""
        ...
