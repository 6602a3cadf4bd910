"""An HTTP connection: opened by the first request, one answer at a time, each with a deadline."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from .channel import Address, Channel
from .failures import outcome_of
from .http1 import Answer, first_word
from .records import Outcome
from .target import Target

_LONGEST_LINE = 2**20


class Reply(NamedTuple):
    """What became of a request."""

    outcome: Outcome
    status: int = 0
    answer: str = ""


class Connection:
    """`done` hears once of each request. `lost`: a further request needs another connection.

    With `on_line` the answer has no end: each of its lines goes there, and `done` hears of its break, or of a silence
    longer than `silence`.
    """

    def __init__(
        self,
        target: Target,
        request: bytes,
        done: Callable[[Reply], None],
        on_line: Callable[[str], None] | None = None,
        silence: float = 0.0,
    ) -> None:
        self.lost = False
        self._target, self._request, self._done = target, request, done
        self._on_line, self._silence = on_line, silence
        self._loop = asyncio.get_running_loop()
        self._channel: Channel | None = None
        self._answer: Answer | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._until = 0.0
        self._streaming = False
        self._lookup: asyncio.Task[None] | None = None

    def ask(self, timeout: float) -> None:
        """Send the request; over a connection that is open already, if there is one."""
        self._answer = Answer()
        self._allow(timeout)
        if self._channel is not None:
            self._channel.send(self._request)
        elif self._target.addresses:
            self._open(self._target.addresses)
        else:
            self._lookup = self._loop.create_task(self._look_up())

    def close(self) -> None:
        """End it; nobody hears of it."""
        self.lost = True
        self._answer = None
        for ended in (self._timer, self._lookup):
            if ended is not None:
                ended.cancel()
        self._timer = self._lookup = None
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def opened(self) -> None:
        """There is a connection (channel)."""
        if self._channel is not None:
            self._channel.send(self._request)

    def received(self, data: bytes) -> None:
        """Bytes (channel)."""
        if self._answer is None:
            self.close()  # nobody asked
            return
        try:
            self._answer.feed(data)
        except ValueError:
            self._finish(Reply(Outcome.PROTOCOL))
            return
        if self._on_line is not None and self._answer.status in self._target.probe.expect:
            self._lines(self._answer, self._on_line)
        elif self._answer.complete:
            self._finish(self._verdict(self._answer))

    def ended(self, outcome: Outcome) -> None:
        """No connection any more (channel)."""
        whole = self._on_line is None and outcome is Outcome.CLOSED and self._answer is not None and self._answer.end()
        self._finish(self._verdict(self._answer) if whole and self._answer is not None else Reply(outcome))

    def _open(self, addresses: list[Address]) -> None:
        self._channel = Channel(self, self._target.tls, self._target.host)
        self._channel.open(addresses)

    async def _look_up(self) -> None:
        try:
            addresses = await self._target.look_up()
        except (OSError, UnicodeError) as failure:
            self._lookup = None
            self._finish(Reply(outcome_of(failure, Outcome.NAME)))
        else:
            self._lookup = None
            self._open(addresses)

    def _lines(self, answer: Answer, on_line: Callable[[str], None]) -> None:
        *lines, rest = answer.body.split(b"\n")
        answer.body = rest
        if lines or not self._streaming:
            self._streaming = True
            self._allow(self._silence)
        for line in lines:
            if word := first_word(line):
                on_line(word)
        if answer.complete or len(rest) > _LONGEST_LINE:
            self._finish(Reply(Outcome.CLOSED if answer.complete else Outcome.PROTOCOL, answer.status))

    def _verdict(self, answer: Answer) -> Reply:
        outcome = Outcome.OK if answer.status in self._target.probe.expect else Outcome.STATUS
        if not answer.keeps:
            self.lost = True
        return Reply(outcome, answer.status, answer.word())

    def _finish(self, reply: Reply) -> None:
        asked, self._answer = self._answer is not None, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.lost or reply.outcome is not Outcome.OK:
            self.close()
        if asked:
            self._done(reply)

    def _allow(self, seconds: float) -> None:
        """So much time from now on. A timer that is set already and fires too early is set anew only then."""
        self._until = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._until:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(self._until, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if (left := self._until - self._loop.time()) > 0:
            self._allow(left)
            return
        waits_for = Outcome.NAME if self._channel is None else self._channel.waits_for
        status = 0 if self._answer is None else self._answer.status
        self._finish(Reply(waits_for, status))
