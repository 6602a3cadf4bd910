"""Asks the agents, all at once, each within a deadline that holds."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import requests
import urllib3

from .sample import NotMetrics, Sample

_LARGEST: Final = 8 << 20  # bytes of an answer
_PART: Final = 1 << 16
_CONNECT: Final = 0.5  # seconds


@dataclass(frozen=True)
class Agent:
    """One agent. `url`: of its /metrics; `authority`: the CA of its certificate, where it serves TLS; `login`: user and
    password, where it asks for them."""

    name: str
    url: str
    authority: Path | None = None
    login: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What an agent said, or why there is nothing (`trouble`: a sentence without its full stop)."""

    name: str
    sample: Sample | None
    trouble: str = ""


class Agents:
    """All agents of a cluster, over connections that are kept."""

    def __init__(self, agents: tuple[Agent, ...], timeout: float = 2.0) -> None:
        self.agents = agents
        self._timeout = timeout
        self._sessions = {agent.name: _session(agent.login) for agent in agents}
        self._pool = ThreadPoolExecutor(max_workers=max(1, len(agents)), thread_name_prefix="agents")

    def ask(self) -> Mapping[str, Answer]:
        """One scrape of each."""
        futures = {agent.name: self._pool.submit(self._one, agent) for agent in self.agents}
        return {name: future.result() for name, future in futures.items()}

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.shutdown(cancel_futures=True)
        for session in self._sessions.values():
            session.close()

    def _one(self, agent: Agent) -> Answer:
        verify = str(agent.authority) if agent.authority else True
        try:
            with self._sessions[agent.name].get(
                agent.url, timeout=(_CONNECT, self._timeout), verify=verify, stream=True, allow_redirects=False
            ) as response:
                if response.status_code == requests.codes.unauthorized:
                    return Answer(agent.name, None, f"{agent.url} wants a user: HAGEN_AGENT_USER, HAGEN_AGENT_PASSWORD")
                if response.status_code != requests.codes.ok:
                    return Answer(agent.name, None, f"{agent.url} answers {response.status_code}")
                text = self._text(response)
            return Answer(agent.name, Sample.read(text))
        except NotMetrics as error:
            return Answer(agent.name, None, f"{agent.url}: {error}")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return Answer(agent.name, None, f"{agent.url}: {_said(error)}")

    def _text(self, response: requests.Response) -> str:
        """Whole within the timeout, however slowly it drips. TimeoutError, or OSError when it is endless."""
        end, found = time.monotonic() + self._timeout, bytearray()
        while part := response.raw.read1(_PART, decode_content=True):
            found += part
            if len(found) > _LARGEST:
                raise OSError(f"more than {_LARGEST} bytes")
            if time.monotonic() > end:
                raise TimeoutError(f"the answer was not whole within {self._timeout:g} s")
        return found.decode(errors="replace")


def _session(login: tuple[str, str] | None) -> requests.Session:
    session = requests.Session()
    session.auth = login
    session.trust_env = False  # a proxy has no way to the machines
    return session


def _said(error: Exception) -> str:
    """The innermost cause: what stands around it is the library's."""
    while error.__cause__ or error.__context__:
        inner = error.__cause__ or error.__context__
        if not isinstance(inner, Exception):
            break
        error = inner
    return str(error) or type(error).__name__
