"""Ask the API servers themselves, in turn.

Not through the virtual IP: whether that works is one of the things the agent is there to find out, and every address
behind it is known. A server that fails costs its share of the time that is left, and the next one is asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from .credentials import Credentials, Login
from .deadline import Deadline
from .errors import ExpiredError, RefusedError, UnreachableError
from .http import BAD_ANSWER, LARGEST, read_object, request
from .portforward import Tunnel, open_tunnel
from .stream import Stream, address_of, connect

Answer = TypeVar("Answer")
# What some HTTP body and TLS add to the largest answer.
_ALLOWANCE = LARGEST + 2**20
_PAGE = 250
_UNAUTHORIZED = (401, 403)


def path_of(*segments: str) -> str:
    """A path of the API; every segment quoted."""
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


class Client:
    """Any number of threads may use it; a session belongs to one of them."""

    def __init__(self, servers: Sequence[str], credentials: Credentials) -> None:
        if not servers:
            raise ValueError("no API servers")
        self._servers = tuple(address_of(url) for url in servers)
        self._credentials = credentials
        self._first = 0  # a hint only: which server answered last

    @contextmanager
    def session(self, deadline: Deadline) -> Iterator["Session"]:
        """Some questions over one kept connection, all answered by the deadline."""
        session = Session(self, self._credentials.login(), deadline)
        try:
            yield session
        finally:
            session.close()

    def forward(self, namespace: str, pod: str, port: int, *, opening: Deadline, deadline: Deadline) -> Tunnel:
        """A connection to a port of a pod. To be closed; everything on it is over by `deadline`.

        UnreachableError when it is not open by `opening`: then the pod was not asked.
        """
        login = self._credentials.login()
        path = path_of("api", "v1", "namespaces", namespace, "pods", pod, "portforward") + f"?ports={port}"

        def through(address: tuple[str, int], time: Deadline) -> Tunnel:
            stream = connect(address, login.context, login.name, time, _ALLOWANCE)
            try:
                return open_tunnel(stream, path, _host(address), login.headers, port=port, deadline=deadline)
            except BaseException:
                stream.close()
                raise

        return self.in_turn(through, opening)

    def in_turn(self, ask: Callable[[tuple[str, int], Deadline], Answer], deadline: Deadline) -> Answer:
        """The first answer. UnreachableError when there is none, with what each server made of the question."""
        count, first, problems = len(self._servers), self._first, []
        for turn in range(count):
            number = (first + turn) % count
            address = self._servers[number]
            try:
                answer = ask(address, deadline.share(count - turn))
            except RefusedError as refused:
                # An API server that is just starting refuses what it will allow: next time another one is asked first.
                self._first = (number + (refused.status in _UNAUTHORIZED)) % count
                raise
            except BAD_ANSWER as error:
                problems.append(f"{_host(address)}: {error or type(error).__name__}")
                continue
            self._first = number
            return answer
        raise UnreachableError("; ".join(problems))


class Session:
    """One connection, as long as its server answers."""

    def __init__(self, client: Client, login: Login, deadline: Deadline) -> None:
        self._client = client
        self._login = login
        self._deadline = deadline
        self._kept: tuple[tuple[str, int], Stream] | None = None

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
        """An object of the API. MissingError when there is none of this name."""
        target = f"{path}?{urlencode(parameters)}" if parameters else path

        def ask(address: tuple[str, int], deadline: Deadline) -> dict[str, Any]:
            stream = self._stream(address, deadline)
            keep = False
            try:
                response = request(
                    stream, target, _host(address), {**self._login.headers, "Accept": "application/json"}
                )
                keep = not response.will_close
                return read_object(response)
            except BAD_ANSWER:
                keep = False
                raise
            finally:
                if not keep:
                    self.close()

        return self._client.in_turn(ask, self._deadline)

    def items(self, path: str, parameters: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """All items of a collection, page by page; once more from the start when the pages expired on the way."""
        try:
            return self._pages(path, parameters or {})
        except ExpiredError:
            return self._pages(path, parameters or {})

    def close(self) -> None:
        """Give up the connection."""
        if self._kept is not None:
            self._kept[1].close()
            self._kept = None

    def _pages(self, path: str, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        position = ""
        while True:
            extra = {"limit": str(_PAGE), **({"continue": position} if position else {})}
            page = self.get(path, {**parameters, **extra})
            found = page.get("items")
            if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
                raise UnreachableError(f"{path}: the answer is no list")
            items += found
            position = str((page.get("metadata") or {}).get("continue") or "")
            if not position:
                return items

    def _stream(self, address: tuple[str, int], deadline: Deadline) -> Stream:
        if self._kept is None or self._kept[0] != address:
            self.close()
            self._kept = address, connect(address, self._login.context, self._login.name, deadline, _ALLOWANCE)
        stream = self._kept[1]
        stream.bound(deadline, _ALLOWANCE)
        return stream


def _host(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
