"""Certificates: those of kubeadm on every control plane, and what the agents log in and serve with."""

from collections.abc import Iterator
from typing import Final

from .line import Line, Seen, State

_DAY: Final = 86400.0
SOON: Final = 30.0
"""Days: kubeadm's live for a year, and are renewed by every upgrade of Kubernetes (kubeadm-certs)."""


def lines(seen: Seen) -> Iterator[Line]:
    """One for each that ends soon, else the next one to end."""
    if seen.certificates is None:
        yield Line(
            State.UNKNOWN,
            f"not known: {seen.why.get('certificates', 'no control plane was asked')}",
            "hagen bootstrap doctor",
        )
    ends = [(end, text, remedy) for end, text, remedy in _ends(seen)]
    soon = [(end, text, remedy) for end, text, remedy in ends if _days(seen, end) < SOON]
    for end, text, remedy in sorted(soon):
        left = _days(seen, end)
        state = State.CRITICAL if left <= 0 else State.DEGRADED
        yield Line(
            state, f"{text} ended {-left:.0f} days ago" if left <= 0 else f"{text} ends in {left:.0f} days", remedy
        )
    if ends and not soon:
        end, text, _ = min(ends)
        yield Line(State.OK, f"the next to end is {text}, in {_days(seen, end):.0f} days")


def _ends(seen: Seen) -> Iterator[tuple[float, str, str]]:
    for machine, files in (seen.certificates or {}).items():
        for file, end in files.items():
            yield (
                end,
                f"{file} on {machine}",
                f"hagen bootstrap exec {machine} -- kubeadm certs renew all; then restart the control plane.",
            )
    for name, sample in seen.samples.items():
        for labels, end in sample.all("hagen_credential_expiry_timestamp_seconds"):
            yield end, f"the agent's {labels['use']} on {name}", "hagen bootstrap up makes it anew."
        served = sample.one("hagen_web_certificate_expiry_timestamp_seconds")
        if served is not None:
            yield served, f"the agent's certificate on {name}", "hagen bootstrap up makes it anew."


def _days(seen: Seen, end: float) -> float:
    return (end - seen.now) / _DAY
