"""What the fake LXD answers with: refusals, and operations that go on by themselves."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Refusal(Exception):  # noqa: N818 -- LXD's answer, not this program's error
    """An error answer."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Operation:
    """`error` set: it failed. `done` not set: it goes on."""

    identity: str
    done: threading.Event = field(default_factory=threading.Event)
    error: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        ended = (400, "Failure") if self.error else (200, "Success")
        code, status = ended if self.done.is_set() else (103, "Running")
        return {
            "id": self.identity,
            "class": "task",
            "status": status,
            "status_code": code,
            "err": self.error,
            "metadata": self.metadata,
        }


@dataclass
class Operations:
    """All of a server. While `hold` is cleared, none of them gets on."""

    known: dict[str, Operation] = field(default_factory=dict)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    def started(self, work: Callable[[Operation], None]) -> Operation:
        """A new one, in a thread of its own."""
        operation = Operation(str(uuid.uuid4()))

        def run() -> None:
            self.hold.wait(30)
            try:
                work(operation)
            except Refusal as refusal:
                operation.error = str(refusal)
            operation.done.set()

        self.known[operation.identity] = operation
        threading.Thread(target=run, daemon=True).start()
        return operation

    def shown(self, identity: str, timeout: str | None) -> dict[str, Any]:
        """As GET /1.0/operations/ID, and with a `timeout` ("-1": none) its /wait shows it."""
        operation = self.known.get(identity)
        if operation is None:
            raise Refusal(404, "Operation not found")
        if timeout is not None:
            operation.done.wait(None if timeout == "-1" else float(timeout))
        return operation.shown()
