"""HTTP/1.1 as a client reads it: the bytes of one answer, piece by piece. No input or output."""

_END_OF_HEAD = b"\r\n\r\n"
_LONGEST_HEAD = 65536
_LONGEST_LINE = 4096
_LONGEST_WORD = 32
_OK, _NO_BODY = 200, {204, 304}


class Answer:
    """One answer. `body` holds what has arrived of it, without HTTP's own framing; ValueError when it is no answer.

    `complete`: all of it is there. `keeps`: the server keeps the connection afterwards.
    """

    def __init__(self) -> None:
        self.status = 0
        self.body = bytearray()
        self.complete = False
        self.keeps = False
        self._buffer = bytearray()
        self._left: int | None = None  # bytes of the body, or of this chunk; None: until the connection ends
        self._chunked = False
        self._in_chunk = self._last_chunk = False

    def feed(self, data: bytes) -> None:
        """More bytes."""
        self._buffer += data
        while not self.status:
            if not self._head():
                return
        if self._chunked:
            self._chunks()
        elif not self.complete:
            self._plain()

    def end(self) -> bool:
        """The connection has ended; whether that was the end of the answer too."""
        self.complete = self.complete or bool(self.status and not self._chunked and self._left is None)
        return self.complete

    def word(self) -> str:
        """The first word of the body."""
        return first_word(self.body)

    def _head(self) -> bool:
        head, found, rest = self._buffer.partition(_END_OF_HEAD)
        if not head.startswith(b"HTTP/1."[: len(head)]) or len(head) > _LONGEST_HEAD:
            raise ValueError("not HTTP")
        if not found:
            return False
        first, *lines = bytes(head).split(b"\r\n")
        status = int(first.split()[1]) if len(first.split()) > 1 else 0
        if not 100 <= status <= 599:  # noqa: PLR2004 - the range of HTTP
            raise ValueError(f"status {status}")
        self._buffer = rest
        if status >= _OK:  # the others only announce an answer
            pairs = (line.lower().partition(b":") for line in lines)
            fields = {name.strip(): value.strip() for name, _, value in pairs}
            self._framing(status, fields, modern=first.startswith(b"HTTP/1.1"))
        return True

    def _framing(self, status: int, fields: dict[bytes, bytes], *, modern: bool) -> None:
        self.status = status
        self._chunked = fields.get(b"transfer-encoding", b"").endswith(b"chunked")
        if self._chunked or status in _NO_BODY:
            self._left = 0
        elif b"content-length" in fields:
            self._left = _size(fields[b"content-length"], 10)
        connection = fields.get(b"connection", b"keep-alive" if modern else b"close")
        self.keeps = self._left is not None and b"close" not in connection

    def _plain(self) -> None:
        take = len(self._buffer) if self._left is None else self._left
        self.body += self._buffer[:take]
        if self._left is not None:
            self._left = max(0, self._left - len(self._buffer))
            self.complete = not self._left
        del self._buffer[:take]

    def _chunks(self) -> None:
        while not self.complete:
            if self._left:
                piece = self._buffer[: self._left]
                if not piece:
                    return
                self.body += piece
                self._left -= len(piece)
                del self._buffer[: len(piece)]
            elif not self._line():
                return

    def _line(self) -> bool:
        """A line between chunks: a size, the empty one after a chunk, or a trailer."""
        line, found, rest = self._buffer.partition(b"\r\n")
        if not found:
            if len(line) > _LONGEST_LINE:
                raise ValueError("not chunks")
            return False
        self._buffer = rest
        if self._last_chunk:
            self.complete = not line
        elif self._in_chunk:
            if line:
                raise ValueError("a chunk longer than its size")
            self._in_chunk = False
        else:
            self._left = _size(bytes(line.partition(b";")[0]).strip(), 16)
            self._last_chunk, self._in_chunk = self._left == 0, self._left > 0
        return True


def first_word(text: bytes | bytearray) -> str:
    """The first word, cut off where a name would not go on."""
    words = bytes(text[:_LONGEST_LINE]).split(None, 1)
    return words[0][:_LONGEST_WORD].decode(errors="replace") if words else ""


def _size(text: bytes, base: int) -> int:
    if not text.isalnum():
        raise ValueError(f"size {text!r}")
    return int(text, base)
