"""The agent as a service: what `hagen agent run` does until it is told to stop."""

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from .clock import Clock, SystemClock
from .collectors.collector import Collector
from .config import AgentConfig, ConfigError, load_config
from .exporter.server import Server
from .exporter.site import standstills
from .exporter.sources import Heartbeat, View
from .health import judge
from .kubernetes.expiry import token_expiry
from .notify import Notifier
from .runner import Runner
from .settings.settings import Settings, read_settings

_LOG = logging.getLogger(__name__)
_TURN = 1.0  # seconds between two looks at what has to be done
_SETTINGS_AGE = 30.0  # seconds until the daemons' files are read anew
_MISSED, _SLACK = 3, 10.0  # a loop that missed so many rounds, and so many seconds, stands still
_PATIENCE = 1.0  # seconds for runs under way when the service ends: a silent target must not hold it
_SHARE = 0.4  # of the time that the service manager gives: two signs of life get lost before it acts

Collectors = Callable[[AgentConfig], Sequence[Collector]]


class Watching:
    """One configuration in force: its collectors run, and the exporter is shown what they saw."""

    def __init__(self, config: AgentConfig, collectors: Sequence[Collector], clock: Clock) -> None:
        self.config = config
        self._allowed = {one.name: _MISSED * (one.interval + one.deadline) + _SLACK for one in collectors}
        self._runner = Runner(collectors, clock)
        self._clock = clock
        self._settings: Settings | None = None
        self._read = float("-inf")

    def start(self) -> None:
        """Every collector looks at once."""
        self.refresh()
        self._runner.start()

    def stop(self, patience: float) -> tuple[str, ...]:
        """Within so many seconds; the names of the collectors that stay behind in a run."""
        return self._runner.stop(patience)

    def refresh(self) -> None:
        """Read the daemons' files again, when it is time."""
        now = self._clock.monotonic()
        if now - self._read >= _SETTINGS_AGE:
            self._settings, self._read = read_settings(self.config), now

    def view(self) -> View:
        """Everything of one moment."""
        snapshot = self._runner.snapshot()
        return View(self.config, snapshot, judge(self.config, snapshot), self._settings, _expiries(self.config))

    def heartbeat(self) -> Mapping[str, Heartbeat]:
        """How long ago each loop moved, and how long it may rest."""
        now = self._clock.monotonic()
        beats = self._runner.heartbeats
        return {name: Heartbeat(max(0.0, now - beat), self._allowed[name]) for name, beat in beats.items()}


class Service:
    """From one agent.yaml, which is read again on request; what cannot be used then changes nothing."""

    def __init__(
        self,
        path: Path,
        config: AgentConfig,
        collectors: Collectors,
        *,
        web: Path | None = None,
        notifier: Notifier | None = None,
        clock: Clock | None = None,
    ) -> None:
        """WebConfigError, ServeError or ValueError when it cannot serve; nothing has been started then."""
        self._path, self._collectors, self._web = path, collectors, web
        self._clock = clock or SystemClock()
        self._notifier = notifier or Notifier()
        self._watching = Watching(config, collectors(config), self._clock)
        self._server = Server(self, port=config.listen.port, web=web)
        # Not an Event: its lock is not reentrant, and a signal may come while this thread holds it.
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._reload = self._stop = self._standing = False

    @property
    def port(self) -> int:
        """Where the metrics are."""
        return self._server.port

    def view(self) -> View:
        """For the exporter: of the configuration in force."""
        return self._watching.view()

    def heartbeat(self) -> Mapping[str, Heartbeat]:
        """For the exporter: the same."""
        return self._watching.heartbeat()

    def run(self) -> tuple[str, ...]:
        """Until `ask_to_stop`. The names of the collectors whose last run has not ended."""
        self._watching.start()
        self._server.start()
        self._notifier.tell("READY=1", f"STATUS=serving on port {self.port}")
        _LOG.info("watching %s, serving on port %d", self._watching.config.cluster, self.port)
        while not self._stop:
            self._turn()
        self._notifier.tell("STOPPING=1")
        self._server.stop()
        return self._watching.stop(_PATIENCE)

    def ask_to_stop(self) -> None:
        """From a signal handler or another thread."""
        self._stop = True
        self._wake.put(None)

    def ask_to_reload(self) -> None:
        """The same."""
        self._reload = True
        self._wake.put(None)

    def _turn(self) -> None:
        if self._reload:
            self._reload = False
            self._replace()
        self._watching.refresh()
        problems = standstills(self.heartbeat())
        if not problems:
            self._notifier.tell("WATCHDOG=1")
        elif not self._standing:
            _LOG.error("%s", " ".join(problems))
        self._standing = bool(problems)
        wanted = self._notifier.watchdog_seconds
        with contextlib.suppress(Empty):
            self._wake.get(timeout=min(_TURN, wanted * _SHARE) if wanted else _TURN)

    def _replace(self) -> None:
        """What was in force stays until what comes can take its place."""
        try:
            config = load_config(self._path)
            coming = Watching(config, self._collectors(config), self._clock)
            server = Server(self, port=config.listen.port, web=self._web) if self._moves(config) else None
        except ConfigError as error:
            for problem in error.problems:
                _LOG.error("%s; what was in force before stays", problem)
            return
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the agent watches on
            _LOG.error("%s: %s; what was in force before stays", self._path, error)
            return
        gone, self._watching = self._watching, coming
        coming.start()
        if server is not None:
            server.start()
            server, self._server = self._server, server
            server.stop()
        gone.stop(0.0)  # its last runs end by their own deadlines
        _LOG.info("%s: read anew", self._path)

    def _moves(self, config: AgentConfig) -> bool:
        return config.listen.port != self._watching.config.listen.port


def _expiries(config: AgentConfig) -> Mapping[str, float]:
    if config.kubernetes.kubeconfig is not None:
        return {}
    end = token_expiry(Path(config.kubernetes.token_file))
    return {} if end is None else {"kubernetes": end}
