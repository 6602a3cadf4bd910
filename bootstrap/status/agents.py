"""Health agents: all answer. What follows is known from them."""

from collections.abc import Iterator

from .line import Line, Seen, State


def lines(seen: Seen) -> Iterator[Line]:
    """One for each that is silent, else one for all."""
    for name, answer in seen.answers.items():
        if answer.sample is None:
            remedy = f"hagen bootstrap exec {name} -- journalctl --unit hagen-agent --lines 20 says why."
            state = State.DEGRADED if seen.samples else State.CRITICAL
            yield Line(state, f"the one on {name} does not answer: {answer.trouble}", remedy)
    if len(seen.samples) == len(seen.answers):
        yield Line(State.OK, f"all {len(seen.answers)} answer")
