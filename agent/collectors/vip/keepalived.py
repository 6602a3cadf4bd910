"""What keepalived says of one VRRP instance: its JSON dump, and what becomes of it. Pure.

The dump is a list of instances (keepalived 2.0 to 2.2), or an object with such a list under "vrrp" (since 2.3, JSON
version 2).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...kubernetes.fields import at, number, objects, text
from ...snapshot import VRRPState

_STATES = {0: VRRPState.INIT, 1: VRRPState.BACKUP, 2: VRRPState.MASTER, 3: VRRPState.FAULT}
# Of the statistics: adverts that were dropped, by keepalived's name of the reason.
_ERRORS = (
    "packet_len_err", "advert_interval_err", "ip_ttl_err", "invalid_type_rcvd", "addr_list_err", "invalid_authtype",
    "authtype_mismatch", "auth_failure",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """What it says of one instance. None: nothing."""

    state: VRRPState | None = None
    base_priority: int | None = None
    effective_priority: int | None = None
    became_master: int | None = None
    adverts_received: int | None = None
    adverts_sent: int | None = None
    advert_errors: Mapping[str, int] = field(default_factory=dict)


def parse_dump(dump: bytes, instance: str) -> Claim:
    """Of this instance; of one that it does not have, nothing is claimed. ValueError when it is no complete dump."""
    try:
        document = json.loads(dump)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    wrapped = document if isinstance(document, dict) else {"vrrp": document}
    if not isinstance(wrapped.get("vrrp"), list):
        raise ValueError("no dump of keepalived")  # noqa: TRY004 - a bad answer, not a bad argument
    for entry in objects(wrapped, "vrrp"):
        if text(entry, "data", "iname") == instance:
            return _claim(entry)
    return Claim()


def _claim(entry: Mapping[str, object]) -> Claim:
    stats = at(entry, "stats")
    errors = {name: count for name in _ERRORS if (count := number(stats, name)) is not None}
    state = number(entry, "data", "state")
    return Claim(
        state=None if state is None else _STATES.get(state),
        base_priority=number(entry, "data", "base_priority"),
        effective_priority=number(entry, "data", "effective_priority"),
        became_master=number(stats, "become_master"),
        adverts_received=number(stats, "advert_rcvd"),
        adverts_sent=number(stats, "advert_sent"),
        advert_errors=errors,
    )
