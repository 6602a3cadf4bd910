"""A drill from its first look to its last: refuses, breaks, watches, restores, whatever happens in between."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from ..errors import BootstrapError, Interrupted
from ..prober.records import Recording
from ..provider.contract import Power, ProviderError
from .breakage import Breakage
from .clients import Probe
from .cluster import Noted
from .deeds import told
from .drill import Deed, Drill, Impossible, Order, Scene
from .ledger import Ledger
from .load.locust import Step
from .load.scaling import Autoscaler, autoscaler
from .look import Look
from .probing import Probing
from .served import APART, STEADY, Served
from .stage import Stage
from .watcher import Watcher

_SERVED_AGAIN: Final = 60.0
"""Seconds for which clients are waited for after each thing that is done."""
SAID: Final = 40.0
"""Seconds within which agents and alerts have to say what is the matter: two rounds of the slowest collector."""
_HEARD: Final = 5.0
"""Seconds for a Prometheus to answer: one that is busy for a moment is no reason to refuse."""
_LONGEST_LOAD: Final = 7200.0
_PAUSE: Final = 0.5


class Refused(BootstrapError):  # noqa: N818 - it says what is the matter
    """Nothing was broken: all was not well before. `reasons`: each of them."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("drill", "not begun: " + "; ".join(reasons), "hagen status says what to do about it.")
        self.reasons = reasons


@dataclass(frozen=True)
class Done:
    """One order that was carried out. Monotonic seconds. `steps`: of a load."""

    order: Order
    began: float
    until: float
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Played:
    """Everything that was seen, before anybody judges it. Monotonic seconds. `autoscaler`: whose users came.

    `noted`: Kubernetes' own events, in times of day; None: nobody could say.
    """

    drill: Drill
    scene: Scene
    done: tuple[Done, ...]
    steady: tuple[float, float]
    looks: tuple[Look, ...]
    probes: tuple[Probe, ...]
    recording: Recording
    acknowledged: frozenset[int]
    present: dict[str, set[int] | None] | None
    whole: float | None
    troubles: tuple[str, ...]
    autoscaler: Autoscaler | None = None
    command: str = ""
    noted: tuple[Noted, ...] | None = None


def conduct(drill: Drill, stage: Stage) -> Played:
    """The whole story. Refused when all is not well; Problems when something could not be put right."""
    breakage = Breakage(stage.site.provider, Ledger(stage.ledger), stage.say)
    healed = breakage.heal()
    with Watcher(stage.agents, stage.alarms, stage.cluster) as watcher:
        if healed:
            _settle(stage, watcher)
        scene, orders = chosen(drill, stage, watcher.latest)
        with Probing(drill, stage.places, stage.folder) as probing:
            play = _Play(drill, stage, watcher, Served(stage.places, drill.clients, probing.log), breakage)
            steady = play.steady()
            earlier = frozenset(watcher.latest.alerts or ())
            try:
                done = tuple([play.carry_out(order, earlier, last=_last(order, orders)) for order in orders])
            finally:
                breakage.heal()
            whole, troubles = play.whole_again()
        looks = tuple(watcher.looks)
    acknowledged = frozenset(probing.acknowledged())
    present = stage.records.present(probing.run) if stage.records is not None and acknowledged else None
    return Played(
        drill, scene, done, steady, looks, probing.probes, probing.recording, acknowledged, present, whole, troubles,
        autoscaler=autoscaler(looks[0]), command=" ".join(stage.load.command) if stage.load else "",
        noted=_noted(stage, steady[0]),
    )  # fmt: skip


def _noted(stage: Stage, since: float) -> tuple[Noted, ...] | None:
    """Since a monotonic second."""
    if stage.cluster is None:
        return None
    now = time.time()
    return stage.cluster.events(now - (time.monotonic() - since), now)


def _settle(stage: Stage, watcher: Watcher) -> None:
    """Something was put right that a killed drill left: until all is well, at most as long as a drill has for it."""
    stage.say("puts right what another drill left, and waits until all is well")
    end = time.monotonic() + stage.patience
    while (_machines(stage) or watcher.latest.troubles()) and time.monotonic() < end:
        _sleep(stage, _PAUSE)


def chosen(drill: Drill, stage: Stage, look: Look) -> tuple[Scene, tuple[Order, ...]]:
    """Who is hit, and how. Refused when nobody knows who has the address, or the cluster is too small."""
    troubles = [*_machines(stage), *look.troubles()]
    if len(look.holders()) != 1:
        raise Refused(troubles)
    scene = Scene(stage.site.inventory.machines, look.holders()[0], look.leader())
    try:
        orders = tuple(drill.orders(scene))
    except Impossible as error:
        raise Refused([str(error)]) from error
    if any(order.deed is Deed.LOAD for order in orders) and autoscaler(look) is None:
        raise Refused(
            [*troubles, "no agent knows an autoscaler with its bounds: there is nothing that could follow users"]
        )
    return scene, orders


@dataclass(frozen=True)
class _Play:
    """A drill while it goes on."""

    drill: Drill
    stage: Stage
    watcher: Watcher
    served: Served
    breakage: Breakage

    def steady(self) -> tuple[float, float]:
        """All is well, and stays so for a while. Gives from when to when."""
        self.stage.say(f"watches for {self.stage.steady:g} s that all is well")
        self._well(*_machines(self.stage), *self._unheard())
        self._until(self._in_a_row(), within=_SERVED_AGAIN, every=APART)
        began = time.monotonic()
        while time.monotonic() - began < self.stage.steady:
            if not self.served.everybody():
                raise Refused(["a client was not served while nothing was broken"])
            self._well()
            _sleep(self.stage, APART)
        return began, time.monotonic()

    def carry_out(self, order: Order, earlier: frozenset[str], *, last: bool) -> Done:
        """Do it, then watch until clients are served again, and until everybody who has to has said so.

        `earlier`: alerts that are of something before this drill.
        """
        self.stage.say(f"{told(order)} ({order.why})")
        if order.deed is Deed.LOAD:
            return self._load(order)
        since = len(self.watcher.looks)
        began = self.breakage.carry_out(order)
        self._until(self._in_a_row(), within=_SERVED_AGAIN, every=APART)
        _sleep(self.stage, max(0.0, began + order.least - time.monotonic()))
        if last:
            said = partial(_said, self.drill, earlier)
            self._until(lambda: said(self.watcher.looks[since:]), within=began + SAID - time.monotonic())
        if order.whole:
            self.whole_again()
        return Done(order, began, time.monotonic())

    def _load(self, order: Order) -> Done:
        """Until the last step is over. BootstrapError when there is no load, or it broke off."""
        if self.stage.load is None:
            raise BootstrapError("drill", "nobody said how users are made", "Name a program with --locust.")
        began = time.monotonic()
        with self.stage.load.going(self.stage.folder) as going:
            self._until(going.over, within=_LONGEST_LOAD)
        return Done(order, began, time.monotonic(), going.steps())

    def whole_again(self) -> tuple[float | None, tuple[str, ...]]:
        """Until all is as before. When it is not in time: why."""
        self.stage.say("waits until all is well")
        if not self._until(lambda: not self._troubles(), within=self.stage.patience):
            return None, tuple(self._troubles())
        if not self._until(self._in_a_row(), within=_SERVED_AGAIN, every=APART):
            return None, ("clients are not served steadily",)
        return time.monotonic(), ()

    def _unheard(self) -> list[str]:
        """A Prometheus that was named has to answer, or the verdict would be of less than was asked for."""
        if self.stage.alarms is None or self._until(lambda: self.watcher.latest.alerts is not None, within=_HEARD):
            return []
        return ["the Prometheus that was named does not say which alerts there are"]

    def _well(self, *more: str) -> None:
        look = self.watcher.latest
        if reasons := [*more, *look.troubles(), *(f"the alert {name} is firing" for name in look.firing())]:
            raise Refused(reasons)

    def _troubles(self) -> list[str]:
        """Alerts are no trouble: they end by their own windows, long after all is well."""
        return [*_machines(self.stage), *self.watcher.latest.troubles()]

    def _in_a_row(self) -> Callable[[], bool]:
        steady = 0

        def one() -> bool:
            nonlocal steady
            steady = steady + 1 if self.served.everybody() else 0
            return steady >= STEADY

        return one

    def _until(self, true: Callable[[], bool], *, within: float, every: float = _PAUSE) -> bool:
        end = time.monotonic() + within
        while not true():
            if time.monotonic() >= end:
                return False
            _sleep(self.stage, every)
        return True


def _last(order: Order, orders: tuple[Order, ...]) -> bool:
    """Of those that break."""
    return order in [each for each in orders if each.breaks][-1:]


def _said(drill: Drill, earlier: frozenset[str], looks: list[Look]) -> bool:
    """Every verdict and every alert that has to come has come, and those of a moment that must not have gone."""
    verdicts = all(any(says(look, name, state) for look in looks) for name, state in drill.verdicts.items())
    known = [look.alerts for look in looks if look.alerts is not None]
    if not known or not drill.judges_alerts:
        return verdicts
    came = all(any(name in alerts for alerts in known) for name in drill.alerts)
    return verdicts and came and not set(known[-1]) - drill.alerts - drill.may - earlier


def says(look: Look, name: str, state: str) -> bool:
    """Some agent says so."""
    return any(
        answer.sample is not None and answer.sample.verdicts().get(name) == state for answer in look.agents.values()
    )


def _machines(stage: Stage) -> list[str]:
    try:
        there = stage.site.provider.machines()
    except ProviderError as error:
        return [str(error)]
    power = {name: machine.power for name, machine in there.items()}
    names = [machine.name for machine in stage.site.inventory.machines]
    return [
        f"machine {name} is {power[name]}" if name in power else f"machine {name} is not there"
        for name in names
        if power.get(name) is not Power.RUNNING
    ]


def _sleep(stage: Stage, seconds: float) -> None:
    if stage.stop.wait(seconds):
        raise Interrupted("drill")
