"""What checks have at hand: the provider's word, machines that run, and the host that hagen runs on.

What several checks need is asked once.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar, cast

from ..errors import BootstrapError
from ..inventory import Inventory, Machine
from ..machine.remote import Remote
from ..provider import contract
from ..provider.contract import Offer, Power, ProviderError
from ..run import Run
from .host import Host
from .threads import begun

T = TypeVar("T")
_AT_ONCE: Final = 16  # looks into machines, of all checks together


@dataclass
class Sight:
    """`host`: the machine that hagen runs on when the provider runs there too; None when the provider is elsewhere."""

    run: Run
    host: Host | None
    _kept: dict[str, "Future[object]"] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _few: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_AT_ONCE))

    @property
    def inventory(self) -> Inventory:
        """What was rendered."""
        return self.run.site.inventory

    def once(self, name: str, look: Callable[[], T]) -> T:
        """Look, or take what the one who looked first saw, failures included."""
        with self._lock:
            known = self._kept.get(name)
            future = known or self._kept.setdefault(name, Future())
        if known is None:
            try:
                future.set_result(look())
            except BaseException as problem:  # noqa: BLE001 - a defect too: those who wait would wait for ever
                future.set_exception(problem)
        return cast("T", future.result())

    def offer(self) -> Offer:
        """What the provider has. BootstrapError when it does not say: why is what the check `server` is for."""
        try:
            return self.once("offer", self.run.site.provider.offer)
        except ProviderError as problem:
            raise BootstrapError(problem.place, "the provider does not answer, so this cannot be told") from problem

    def machines(self) -> Mapping[str, contract.Machine]:
        """The cluster's machines that there are."""
        try:
            return self.once("machines", self.run.site.provider.machines)
        except ProviderError as problem:
            raise BootstrapError(problem.place, "the provider does not answer, so this cannot be told") from problem

    def missing(self) -> tuple[Machine, ...]:
        """Machines that are still to be made."""
        there = self.machines()
        return tuple(machine for machine in self.inventory.machines if machine.name not in there)

    def running(self, *roles: str) -> tuple[Machine, ...]:
        """Machines that are switched on, of these roles, or all."""
        there = self.machines()
        return tuple(
            machine
            for machine in self.run.site.machines(*roles)
            if machine.name in there and there[machine.name].power is Power.RUNNING
        )

    def on(self, machine: Machine) -> Remote:
        """A machine, to run commands on."""
        return self.run.on(machine)

    def each(self, machines: tuple[Machine, ...], look: Callable[[Machine], T]) -> dict[str, T | BootstrapError]:
        """Look at machines side by side: name to what was seen, or why it was not."""

        def one(machine: Machine) -> T | BootstrapError:
            try:
                with self._few:
                    return look(machine)
            except BootstrapError as problem:
                return problem
            except ProviderError as problem:
                return BootstrapError(problem.place, problem.cause, problem.remedy)

        pending = {machine.name: begun(f"look-{machine.name}", partial(one, machine)) for machine in machines}
        return {name: future.result() for name, future in pending.items()}
