"""What the API server's stand-in says in Kubernetes' place, and the kubelet's side of a port-forward."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.testbed.standins.http1 import Request, Response
from tests.testbed.standins.kubernetes import Kubernetes
from tests.testbed.standins.portforward import PROTOCOL, PortForward
from tests.testbed.standins.websocket import BINARY, CLOSE, accepted, frame, take_frames

KUBERNETES = Kubernetes(
    token="right",  # noqa: S106 - of this test
    database={"name": "app", "namespace": "apps"},
    pods={"app-pxc-0": "127.0.0.1"},
    probe_port=1,
    lease={"name": "lock", "namespace": "operators"},
    autoscalers=({"name": "server", "namespace": "apps", "min": 3, "max": 9},),
    scaling="/nowhere",
    events="/nowhere",
)
FORWARD = "/api/v1/namespaces/apps/pods/{}/portforward"


def ask(path: str, bearer: str = "right", ports: str = "") -> Response:
    """Whatever it takes to get the answer."""
    headers = {"authorization": f"Bearer {bearer}", "sec-websocket-protocol": PROTOCOL, "sec-websocket-key": "key"}
    answer = KUBERNETES.answer(Request("GET", path, {"ports": [ports]} if ports else {}, 1, True, headers))
    return answer if isinstance(answer, Response) else asyncio.run(_whole(answer))


async def _whole(work: Coroutine[Any, Any, Response]) -> Response:
    return await work


def client(payload: bytes) -> bytearray:
    """A frame as a client sends it."""
    mask = b"\x01\x02\x03\x04"
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2)
    return bytearray(b"\x82" + length + mask + masked)


def test_nobody_is_told_anything_without_the_right_token() -> None:
    assert ask("/api/v1/namespaces/apps/pods", bearer="wrong").status == 401
    assert ask("/api/v1/namespaces/apps/pods").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/other/pods",
        "/apis/pxc.percona.com/v1/namespaces/apps/perconaxtradbclusters/other",
        FORWARD.format("app-pxc-7"),
    ],
)
def test_what_it_does_not_have_is_not_found(path: str) -> None:
    assert ask(path, ports="3306").status == 404


def test_a_pod_whose_probe_fails_is_not_ready() -> None:
    body = ask("/apis/pxc.percona.com/v1/namespaces/apps/perconaxtradbclusters/app").body
    assert '"pxc": {"ready": 0, "size": 1' in body


def test_a_port_that_nobody_listens_on_is_refused_on_the_error_channel() -> None:
    answer = ask(FORWARD.format("app-pxc-0"), ports="1")
    assert answer.status == 101
    assert answer.headers["Sec-WebSocket-Accept"] == accepted("key")
    assert answer.tunnel is not None
    sent = bytearray()
    answer.tunnel.opened(sent.extend, lambda: None)
    port = (1).to_bytes(2, "little")
    assert sent.startswith(frame(BINARY, b"\x00" + port) + frame(BINARY, b"\x01" + port))
    assert b"connection refused" in sent
    assert sent.endswith(frame(CLOSE, (1000).to_bytes(2)))


def test_bytes_go_both_ways() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"echo " + await reader.read(100))
        await writer.drain()
        writer.close()

    async def whole() -> bytes:
        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            tunnel = PortForward("pod", port, await asyncio.open_connection("127.0.0.1", port))
            sent, ended = bytearray(), asyncio.Event()
            tunnel.opened(sent.extend, ended.set)
            data = client(b"\x00hello")
            tunnel.received(bytes(data[:5]))
            tunnel.received(bytes(data[5:]))
            await asyncio.wait_for(ended.wait(), 5)
            tunnel.closed()
            return bytes(sent)

    assert frame(BINARY, b"\x00echo hello") in asyncio.run(whole())


def test_a_client_that_does_not_mask_is_hung_up_on() -> None:
    closed = []
    tunnel = PortForward("pod", 1, None)
    tunnel.opened(lambda _: None, lambda: closed.append(True))
    closed.clear()
    tunnel.received(frame(BINARY, b"\x00hello"))
    assert closed


@pytest.mark.parametrize("size", [0, 125, 126, 65535])
def test_frames_of_every_length_are_read(size: int) -> None:
    buffer = client(bytes(size))
    assert list(take_frames(buffer)) == [(BINARY, bytes(size))]
    assert not buffer
