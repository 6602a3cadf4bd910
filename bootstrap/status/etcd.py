"""etcd: quorum, and how many more members may fail."""

from collections.abc import Iterator

from .line import Line, Seen, State


def lines(seen: Seen) -> Iterator[Line]:
    """The agents' verdict, with the tolerance beside it."""
    state = seen.verdict("etcd")
    tolerance = seen.lowest("hagen_etcd_failure_tolerance")
    if state is State.CRITICAL:
        yield Line(
            state,
            "no quorum: nothing is written any more",
            "The runbook, etcd: bring members back, or restore a snapshot.",
        )
    elif state is State.UNKNOWN:
        yield Line(state, "not known", "See the agents and the API servers above.")
    else:
        bears = "how many more may fail is not known" if tolerance is None else f"{tolerance} more may fail"
        remedy = "" if state is State.OK else "Bring the missing member back: the next loss stops all writes."
        yield Line(state, f"it has a quorum; {bears}", remedy)
    for sample in seen.samples.values():
        for labels, value in sample.all("hagen_etcd_alarm"):
            if value:
                text = f"{labels['member']} raises {labels['alarm']}: writes are refused"
                yield Line(State.CRITICAL, text, "ALERTS.md, HagenEtcdAlarm: compact, defragment, then disarm.")
        break
