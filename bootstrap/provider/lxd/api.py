"""Requests to LXD, and the operations that they start.

https://documentation.ubuntu.com/lxd/en/latest/rest-api/
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote

import requests
from pylxd.exceptions import NotFound

from ..contract import ProviderError, Timeout
from .connect import Client, Connections, Node
from .errors import Failed, translated

T = TypeVar("T")
Method = Literal["post", "put", "patch", "delete"]
# How long the server keeps one request for the end of an operation; then it is asked again.
SLICE: Final = 20
PAUSE: Final = 0.5
# https://documentation.ubuntu.com/lxd/en/latest/rest-api/#status-codes
RUNNING: Final = range(100, 200)
SUCCESS: Final = 200


class Api:
    """LXD's tree. Paths are given in parts: ("instances", "lb-1", "state"). All raise ProviderError for `place`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, place: str, *path: str, **parameters: str | int) -> Any:
        """The metadata of an answer."""
        return self._call(place, lambda client: _metadata(_node(client, path).get(params=dict(parameters))))

    def find(self, place: str, *path: str, **parameters: str | int) -> Any | None:
        """The same; None when there is nothing of this name."""

        def ask(client: Client) -> Any | None:
            try:
                return _metadata(_node(client, path).get(params=dict(parameters)))
            except NotFound:
                return None

        return self._call(place, ask)

    def look(self, place: str, *path: str) -> tuple[Any, Mapping[str, str]] | None:
        """The same with the answer's headers."""

        def ask(client: Client) -> tuple[Any, Mapping[str, str]] | None:
            try:
                response = _node(client, path).get()
            except NotFound:
                return None
            return _metadata(response), response.headers

        return self._call(place, ask)

    def content(self, place: str, *path: str, **parameters: str) -> tuple[bytes, Mapping[str, str]] | None:
        """A file, not JSON, and the headers. None when there is none of this name."""

        def ask(client: Client) -> tuple[bytes, Mapping[str, str]] | None:
            try:
                response = _node(client, path).get(params=dict(parameters), is_api=False)
            except NotFound:
                return None
            return response.content, response.headers

        return self._call(place, ask)

    def upload(self, place: str, *path: str, content: bytes, headers: Mapping[str, str], **parameters: str) -> bool:
        """POST a file. False when its folder is missing."""

        def put(client: Client) -> bool:
            try:
                _node(client, path).post(params=dict(parameters), data=content, headers=dict(headers))
            except NotFound:
                return False
            return True

        return self._call(place, put)

    def act(
        self,
        place: str,
        method: Method,
        *path: str,
        within: float,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        """A request that changes something, and what it starts, waited for until `within` seconds have passed.

        Returns the operation, or the metadata of an answer that needed none.
        """

        def ask(client: Client) -> Mapping[str, Any]:
            end = time.monotonic() + within
            given = {"params": parameters, "headers": headers, "json": body}
            arguments = {name: dict(value) for name, value in given.items() if value is not None}
            response = getattr(_node(client, path), method)(**arguments)
            answer = response.json()
            if answer.get("type") != "async":
                result: Mapping[str, Any] = answer.get("metadata") or {}
                return result
            return wait(client, place, answer["metadata"]["id"], end)

        return self._call(place, ask)

    def _call(self, place: str, ask: Callable[[Client], T]) -> T:
        try:
            with self._connections.client() as client:
                return ask(client)
        except ProviderError:
            raise
        except Exception as error:  # pylxd lets through what requests, urllib3, ssl and json raise
            raise translated(place, error) from error


def wait(client: Client, place: str, identity: str, end: float) -> Mapping[str, Any]:
    """The finished operation. A connection that breaks meanwhile is made again: the operation goes on without it."""
    while True:
        left = end - time.monotonic()
        try:
            slice_ = max(1, min(SLICE, int(left)))
            operation: Mapping[str, Any] = _metadata(
                client.api["operations"][identity]["wait"].get(params={"timeout": slice_})
            )
        except NotFound:
            raise ProviderError(
                place, "LXD was restarted, or forgot how this ended", "Look again, then repeat.", again=True
            ) from None
        except (requests.ConnectionError, requests.Timeout):
            if left <= 0:
                raise
            time.sleep(PAUSE)
            continue
        code = operation.get("status_code", 0)
        # LXD calls a command that ends with 126 or 127 a failure; what it ended with is for who ran it to judge.
        if code == SUCCESS or "return" in (operation.get("metadata") or {}):
            return operation
        if code not in RUNNING:
            raise Failed(operation.get("err") or operation.get("status") or "LXD does not say why")
        if end <= time.monotonic():
            raise Timeout(place, "LXD was not done in time", "It goes on there; run again to see what came of it.")


def _node(client: Client, path: tuple[str, ...]) -> Node:
    node = client.api
    for part in path:
        node = node[quote(part, safe="")]
    return node


def _metadata(response: requests.Response) -> Any:
    return response.json()["metadata"]
