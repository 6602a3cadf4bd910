"""What every drill is made of. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..inventory import Machine


class Deed(StrEnum):
    """What can be done to a machine. Each of the first ones is undone by another."""

    POWER_OFF = "power-off"
    POWER_ON = "power-on"
    SHUT_DOWN = "shut-down"
    FREEZE = "freeze"
    THAW = "thaw"
    CUT = "cut"
    HEAL = "heal"
    LOAD = "load"


UNDONE_BY: Mapping[Deed, Deed] = {
    Deed.POWER_OFF: Deed.POWER_ON,
    Deed.SHUT_DOWN: Deed.POWER_ON,
    Deed.FREEZE: Deed.THAW,
    Deed.CUT: Deed.HEAL,
}


class Client(StrEnum):
    """Whose harm a drill is judged by."""

    API = "api"
    WEB = "web"
    DATABASE = "database"


@dataclass(frozen=True)
class Order:
    """One thing that is done; then clients are watched until they are served again.

    `fault`: its name among hagen's bounds (empty: nothing is promised); `against`: addresses that a cut is about;
    `least`: seconds that clients are watched at least; `whole`: everything has to be well again before what follows.
    """

    deed: Deed
    machine: str
    why: str
    fault: str = ""
    against: tuple[str, ...] = ()
    least: float = 5.0
    whole: bool = False

    @property
    def breaks(self) -> bool:
        """Whether something is worse than before."""
        return self.deed in UNDONE_BY


@dataclass(frozen=True)
class Scene:
    """What is known when a drill chooses. `holder`: of the virtual IP; `leader`: of etcd, None: not known."""

    machines: tuple[Machine, ...]
    holder: str
    leader: str | None = None

    def of(self, role: str) -> list[str]:
        """Names, in the order of the inventory."""
        return [machine.name for machine in self.machines if machine.role == role]

    def others(self, role: str, *but: str) -> list[str]:
        """The same, without some."""
        return [name for name in self.of(role) if name not in but]

    def address(self, name: str) -> str:
        """Of a machine."""
        return next(str(machine.address) for machine in self.machines if machine.name == name)


class Impossible(Exception):  # noqa: N818 - it says what is the matter
    """This cluster has not what the drill needs."""


@dataclass(frozen=True)
class Drill:
    """One experiment. `orders`: what is done, chosen before anything is (Impossible when it cannot be).

    `promise`: seconds that hagen promises for new connections whatever the settings, by fault; the bound is the smaller
    one of it and of what the live settings allow (docs/failover.md). `writes`: seconds that no write may be
    acknowledged. `alerts` must come, `may` are allowed to. `verdicts`: what an agent must say while something is
    broken, name to state. `moves`: how often the virtual IP is taken; None: that depends on who is faster. `apart`:
    seconds from one new connection of a client to the next. `load`: it needs users.
    """

    name: str
    title: str
    hypothesis: str
    orders: Callable[[Scene], Iterable[Order]]
    clients: tuple[Client, ...] = (Client.API, Client.WEB)
    promise: Mapping[str, float] = field(default_factory=dict)
    alerts: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    writes: float | None = None
    verdicts: Mapping[str, str] = field(default_factory=dict)
    moves: int | None = 0
    judges_alerts: bool = True
    apart: float = 0.01
    load: bool = False
