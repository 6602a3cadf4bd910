"""What was learnt from keepalived, and how it goes over the helper's socket."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """`alive`: true, it gave a dump that is newer than the question; false, no process; None, it could not be asked."""

    alive: bool | None
    dump: bytes = b""
    problem: str = ""


def encoded(answer: Answer) -> bytes:
    """A line of JSON with `alive` and `problem`, then the dump."""
    return json.dumps({"alive": answer.alive, "problem": answer.problem}).encode() + b"\n" + answer.dump


def decoded(data: bytes) -> Answer:
    """ValueError when it is not an answer."""
    head, _, rest = data.partition(b"\n")
    document = json.loads(head)
    alive = document.get("alive") if isinstance(document, dict) else 0
    if not (alive is None or isinstance(alive, bool)):
        raise ValueError("no answer of the helper")
    return Answer(alive, rest, str(document.get("problem", "")))
