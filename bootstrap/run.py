"""One run: what the steps have at hand. Threads, events, logs and the wish to stop, so that steps need not care."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from time import monotonic
from typing import TypeVar

from .errors import BootstrapError, Interrupted, Problems
from .events import Events, Kind
from .inventory import Machine
from .journal import Journal
from .machine.remote import Remote
from .memory import Memory
from .provider.contract import ProviderError
from .redaction import Secrets
from .site import Site

T = TypeVar("T")


@dataclass
class Run:
    """`step`: the name of the step that is being carried out; `replace`: machines to make anew, whatever they are.

    `version`: the health agent's; `agent_wheels`: a folder from which it is installed, instead of from PyPI.
    `at_once`: more machines than this are never worked on, nor boot for the first time, side by side. None: as the
    steps say.
    `again`: another pass is needed, because machines are replaced one in each.
    """

    site: Site
    events: Events
    journal: Journal
    secrets: Secrets = field(default_factory=Secrets)
    stop: threading.Event = field(default_factory=threading.Event)
    step: str = ""
    changes: int = 0
    replace: set[str] = field(default_factory=set)
    again: bool = False
    at_once: int | None = None
    version: str = field(default_factory=lambda: metadata.version("hagen"))
    agent_wheels: Path | None = None
    memory: Memory = field(default_factory=Memory)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def on(self, machine: Machine | str) -> Remote:
        """A machine, to run commands on."""
        name = machine if isinstance(machine, str) else machine.name
        return Remote(self.site.provider, name, self.journal, self.secrets, self.stop)

    def changed(self, machine: str, text: str) -> None:
        """Something is not as it was."""
        self.memory.forget()
        with self._lock:
            self.changes += 1
        self.events.tell(Kind.CHANGED, self.step, machine, text)

    def note(self, machine: str, text: str) -> None:
        """Something that is worth a look."""
        self.events.tell(Kind.NOTE, self.step, machine, self.secrets.hide(text))

    def each(self, machines: Iterable[Machine], act: Callable[[Machine], None], at_most: int = 8) -> None:
        """Act on machines side by side. What fails on one does not stop the others; Problems names all that failed."""
        wanted = list(machines)
        problems: list[BootstrapError] = []

        def one(machine: Machine) -> None:
            try:
                self.alone(machine.name, lambda: act(machine))
            except Problems as several:
                problems.extend(several.problems)
            except BootstrapError as error:
                problems.append(error)

        with ThreadPoolExecutor(max_workers=self._at_once(at_most, len(wanted)), thread_name_prefix=self.step) as pool:
            for future in [pool.submit(one, machine) for machine in wanted]:
                future.result()
        if problems:
            raise Problems(problems)

    def look(self, machines: Iterable[Machine], question: Callable[[Machine], T]) -> dict[str, T]:
        """Ask machines side by side, without telling about it: name -> answer. The first BootstrapError is raised."""
        asked = list(machines)
        with ThreadPoolExecutor(max_workers=self._at_once(8, len(asked)), thread_name_prefix=self.step) as pool:
            return dict(zip((machine.name for machine in asked), pool.map(question, asked), strict=True))

    def _at_once(self, at_most: int, machines: int) -> int:
        return max(1, min(at_most, machines, self.at_once or at_most))

    def alone(self, name: str, act: Callable[[], T]) -> T:
        """Act on one machine, and tell about it. BootstrapError when it fails."""
        if self.stop.is_set():
            raise Interrupted(name)
        began = monotonic()
        self.events.tell(Kind.MACHINE_STARTED, self.step, name)
        try:
            result = act()
        except (BootstrapError, ProviderError) as error:
            self.memory.forget()
            known = error if isinstance(error, BootstrapError) else _translated(error)
            text = self.secrets.hide(str(known))
            self.events.tell(Kind.MACHINE_FAILED, self.step, name, text, monotonic() - began)
            raise known from error
        self.events.tell(Kind.MACHINE_DONE, self.step, name, seconds=monotonic() - began)
        return result

    def wait(self, seconds: float) -> None:
        """Sleep, unless the run is to stop. Interrupted then."""
        if self.stop.wait(seconds):
            raise Interrupted(self.step)

    def patiently(self, act: Callable[[], T], *, within: float) -> T:
        """Ask the provider, again while it says that the same may succeed in a moment. ProviderError otherwise."""
        end = monotonic() + within
        while True:
            try:
                return act()
            except ProviderError as error:
                if not error.again or monotonic() >= end:
                    raise
            self.wait(0.5)

    def until(self, place: str, answer: Callable[[], T | None], *, within: float, cause: str, remedy: str = "") -> T:
        """Ask every second or two until there is an answer. BootstrapError when there is none in time."""
        end = monotonic() + within
        pause = 0.25
        while (found := answer()) is None:
            if monotonic() >= end:
                raise BootstrapError(place, f"{cause} within {within:g} s", remedy)
            self.wait(min(pause, max(0.0, end - monotonic())))
            pause = min(2.0, pause * 1.5)
        return found


def _translated(error: ProviderError) -> BootstrapError:
    return BootstrapError(error.place, error.cause, error.remedy)
