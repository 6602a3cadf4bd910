"""The virtual IP as clients see it: on new connections and on one that is kept."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from hagen.agent.clock import SystemClock
from hagen.agent.collectors.http import Target, target_of
from hagen.agent.collectors.vip.prober import KeptConnection, Logins, NewConnections, Prober, probers
from hagen.agent.kubernetes.credentials import Login, TokenFiles
from tests.agent.kubernetes.apiserver import ApiServer
from tests.agent.kubernetes.fixtures import SICK_BELOW_HTTP, Hall
from tests.agent.kubernetes.serving import Connection
from tests.agent.sick import QUICK_TLS, SICK_HTTP, assert_nothing_leaks

Kind = type[NewConnections] | type[KeptConnection]
KINDS = (NewConnections, KeptConnection)


def ready(status: int = 200) -> ApiServer:
    return ApiServer({"/readyz": (status, b"ok")})


def logins(hall: Hall) -> Callable[[], Login]:
    return TokenFiles(hall.token, hall.authority.path).login


def target(url: str) -> Target:
    return target_of(url, "/readyz")


def test_new_connections_are_new_and_kept_ones_kept(hall: Hall) -> None:
    server = hall.serve(ready())
    for kind, connections in ((NewConnections, 5), (KeptConnection, 6)):
        check = kind(target(server.url), logins(hall))
        assert [check.attempt() for _ in range(5)] == [True] * 5
        check.close()
        assert server.connections == connections


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "good"), [(200, True), (401, True), (404, True), (429, False), (500, False), (503, False)]
)
def test_what_counts_as_service(hall: Hall, kind: Kind, status: int, good: bool) -> None:
    check = kind(target(hall.serve(ready(status)).url), logins(hall))
    assert check.attempt() is good
    check.close()


def test_a_kept_connection_that_breaks_is_made_anew(hall: Hall) -> None:
    async def breaks(connection: Connection) -> None:
        connection.reset()

    server = ready()
    server.answers["/readyz"] = [(200, b"ok"), (200, breaks), (200, b"ok")]
    served = hall.serve(server)
    check = KeptConnection(target(served.url), logins(hall))
    assert [check.attempt() for _ in range(4)] == [True, False, True, True]
    check.close()
    assert served.connections == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SICK_BELOW_HTTP)
def test_a_sick_address_fails_within_its_time(hall: Hall, kind: Kind, name: str) -> None:
    check = kind(target(hall.sick(name, ready())), logins(hall))
    started = time.monotonic()
    assert check.attempt() is False
    assert time.monotonic() - started < 1.5
    check.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SICK_HTTP)
def test_a_sick_server_behind_it_fails_within_its_time(hall: Hall, kind: Kind, name: str) -> None:
    check = kind(target(hall.serve(SICK_HTTP[name]).url), logins(hall))
    started = time.monotonic()
    assert check.attempt() is False
    assert time.monotonic() - started < 2
    check.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_fails_on_this_host_is_no_attempt(hall: Hall, kind: Kind) -> None:
    hall.token.unlink()
    server = hall.serve(ready())
    assert kind(target(server.url), logins(hall)).attempt() is None
    assert server.connections == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", QUICK_TLS)
def test_nothing_leaks(hall: Hall, kind: Kind, name: str, held: Callable[[], int]) -> None:
    login = logins(hall)()
    check = kind(target(hall.sick(name, ready())), lambda: login)
    assert_nothing_leaks(check.attempt, held)


def test_credentials_are_read_again_after_a_minute(hall: Hall) -> None:
    class Hands(SystemClock):
        now = 0.0

        def monotonic(self) -> float:
            return self.now

    clock = Hands()
    read = Logins(TokenFiles(hall.token, hall.authority.path), clock)
    first = read()
    hall.token.write_text("another")
    assert read() is first
    clock.now = 61
    assert read().headers["Authorization"] == "Bearer another"


class Scripted:
    """A check with given outcomes, the last of them for ever."""

    def __init__(self, *outcomes: bool | None) -> None:
        self.outcomes = list(outcomes)
        self.done = threading.Event()
        self.closed = False

    def attempt(self) -> bool | None:
        if len(self.outcomes) > 1:
            return self.outcomes.pop(0)
        self.done.set()
        return None

    def close(self) -> None:
        self.closed = True


def test_the_loop_counts_and_ends() -> None:
    check = Scripted(True, False, None, False, True, None)
    prober = Prober("new", check, SystemClock(), interval=0.001)
    prober.start()
    assert check.done.wait(10)
    probes = prober.probes
    prober.close()
    prober.join(10)
    assert not prober.is_alive()
    assert check.closed
    assert (probes.attempts, probes.failures) == (4, 2)
    assert probes.unavailable_seconds > 0


@pytest.fixture
def running(hall: Hall) -> Iterator[dict[str, Prober]]:
    server = hall.serve(ready())
    credentials = TokenFiles(hall.token, hall.authority.path)
    made = probers(target_of(server.url), credentials, SystemClock(), {"new": 0.01, "kept": 0.01})
    for prober in made.values():
        prober.start()
    yield made
    for prober in made.values():
        prober.close()
        prober.join(10)


def test_both_loops_see_a_good_address(running: dict[str, Prober]) -> None:
    end = time.monotonic() + 10
    while any(prober.probes.attempts < 20 for prober in running.values()) and time.monotonic() < end:
        time.sleep(0.01)
    for prober in running.values():
        probes = prober.probes
        assert probes.attempts >= 20
        assert (probes.failures, probes.unavailable_seconds) == (0, 0)
