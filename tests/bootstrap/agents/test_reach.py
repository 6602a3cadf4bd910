"""Agents that are sick in every way: each is asked within its deadline, and none holds another up."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from hagen.bootstrap.agents.reach import Agent, Agents, Answer

METRICS = b'hagen_build_info{version="0.1.0"} 1\n'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
Behaviour = Callable[[socket.socket], None]


def well(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(METRICS) + METRICS)


def silent(connection: socket.socket) -> None:
    connection.recv(4096)
    time.sleep(3)


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff" * 100)


def broken(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")


def elsewhere(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


def dripping(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(HEAD + b"\r\n")
    for _ in range(40):
        connection.sendall(b"#")
        time.sleep(0.1)


def endless(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(HEAD + b"\r\n")
    while True:
        connection.sendall(b"#" * 65536)


def page(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(HEAD + b"Content-Length: 6\r\n\r\n<html>")


@pytest.fixture
def served() -> Iterator[Callable[[Behaviour], str]]:
    """Somebody who behaves in a way, on loopback; gives the URL."""
    with closing_all() as add:

        def begin(behaviour: Behaviour) -> str:
            listener = add(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=_serve, args=(listener, behaviour), daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}/metrics"

        yield begin


class closing_all:  # noqa: N801 - a context manager
    def __enter__(self) -> Callable[[socket.socket], socket.socket]:
        self.sockets: list[socket.socket] = []
        return lambda one: (self.sockets.append(one), one)[1]

    def __exit__(self, *_: object) -> None:
        for one in self.sockets:
            one.shutdown(socket.SHUT_RDWR)
            one.close()


def _serve(listener: socket.socket, behaviour: Behaviour) -> None:
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                behaviour(connection)
        except OSError:
            return


def asked(*agents: Agent) -> dict[str, Answer]:
    with closing(Agents(agents, timeout=0.5)) as all_of_them:
        return dict(all_of_them.ask())


def test_an_agent_that_is_well_is_heard_beside_sick_ones(served: Callable[[Behaviour], str]) -> None:
    sick = {
        "silent": silent,
        "garbage": garbage,
        "broken": broken,
        "elsewhere": elsewhere,
        "page": page,
        "dripping": dripping,
        "endless": endless,
    }
    agents = [Agent(name, served(behaviour)) for name, behaviour in sick.items()]
    answers = asked(Agent("well", served(well)), Agent("refused", "http://127.0.0.1:1/metrics"), *agents)
    assert answers["well"].sample is not None
    assert {name for name, answer in answers.items() if answer.sample is None} == {*sick, "refused"}
    assert all(answer.trouble for name, answer in answers.items() if name != "well")
    assert "Connection refused" in answers["refused"].trouble
    assert "answers 500" in answers["broken"].trouble
    assert "answers 302" in answers["elsewhere"].trouble
    assert "not the text format" in answers["page"].trouble
    assert "not whole within 0.5 s" in answers["dripping"].trouble
    assert "more than 8388608 bytes" in answers["endless"].trouble


def test_an_agent_that_comes_back_is_heard_again(served: Callable[[Behaviour], str]) -> None:
    answers = iter([broken, well])

    def turns(connection: socket.socket) -> None:
        next(answers)(connection)

    with closing(Agents((Agent("lb", served(turns)),), timeout=0.5)) as agents:
        assert agents.ask()["lb"].sample is None
        assert agents.ask()["lb"].sample is not None


def locked(connection: socket.socket) -> None:
    """Basic authentication (RFC 7617) with the example of its section 2."""
    if b"Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" in connection.recv(4096):
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(METRICS) + METRICS)
    else:
        connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("login", [None, ("Aladdin", "open sesame"), ("Aladdin", "open")])
def test_an_agent_that_wants_a_user(served: Callable[[Behaviour], str], login: tuple[str, str] | None) -> None:
    agent = Agent("lb-1", served(locked), login=login)
    assert "sesame" not in repr(agent)
    with closing(Agents((agent,))) as agents:
        answer = agents.ask()["lb-1"]
    if login == ("Aladdin", "open sesame"):
        assert answer.sample is not None
    else:
        assert "HAGEN_AGENT_USER" in answer.trouble
