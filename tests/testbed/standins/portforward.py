"""The kubelet's side of a port-forward, subprotocol v4.channel.k8s.io: each message begins with its channel."""

import asyncio
from collections.abc import Callable

from tests.testbed.standins.websocket import BINARY, CLOSE, frame, take_frames

PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1
_CHUNK = 32768
_NORMAL = (1000).to_bytes(2)
_REFUSED = (
    "error forwarding port {port} to pod {pod}, uid : failed to connect to localhost:{port} inside namespace, IPv4: "
    "dial tcp4 127.0.0.1:{port}: connect: connection refused"
)
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class PortForward:
    """To a port that was opened, or (`pair` None) to one that nobody listens on."""

    def __init__(self, pod: str, port: int, pair: Pair | None) -> None:
        self._pod, self._port, self._pair = pod, port, pair
        self._buffer = bytearray()
        self._write: Callable[[bytes], None]
        self._close: Callable[[], None]
        self._back: asyncio.Task[None] | None = None

    def opened(self, write: Callable[[bytes], None], close: Callable[[], None]) -> None:
        """The port's number on each channel, then what the pod says."""
        self._write, self._close = write, close
        for channel in (_DATA, _ERROR):
            self._send(channel, self._port.to_bytes(2, "little"))
        if self._pair is None:
            self._send(_ERROR, _REFUSED.format(port=self._port, pod=self._pod).encode())
            self._end()
        else:
            self._back = asyncio.get_running_loop().create_task(self._relay(self._pair[0]))

    def received(self, data: bytes) -> None:
        """From the client, for the pod."""
        self._buffer += data
        try:
            for opcode, payload in take_frames(self._buffer):
                if opcode == CLOSE:
                    self._end()
                elif opcode == BINARY and payload[:1] == bytes((_DATA,)) and self._pair is not None:
                    self._pair[1].write(payload[1:])
        except ValueError:
            self._close()

    def closed(self) -> None:
        """Nobody is left to relay to."""
        if self._back is not None:
            self._back.cancel()
        if self._pair is not None:
            self._pair[1].transport.abort()

    async def _relay(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(_CHUNK):
                self._send(_DATA, data)
        except OSError as failure:
            self._send(_ERROR, f"error copying from remote stream to local connection: {failure}".encode())
        self._end()

    def _send(self, channel: int, data: bytes) -> None:
        self._write(frame(BINARY, bytes((channel,)) + data))

    def _end(self) -> None:
        self._write(frame(CLOSE, _NORMAL))
        self._close()
