"""The status variables of a Galera node, from text to what they mean. A text that is not known means nothing."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from ...snapshot import GaleraNode

Value = TypeVar("Value")

_SWITCH = {"on": True, "off": False}
_CLUSTER_STATUS = {"primary": True, "non-primary": False, "disconnected": False}
_STATES = (1, 2, 3, 4)  # joining, donor or desynced, joined, synced; 0 and the rest are on the way to one of them
_COUNTER_END = 2**64
_NO_VIEW = _COUNTER_END - 1  # -1 as the server prints it: a node without a primary component
_NO_HISTORY = "00000000-0000-0000-0000-000000000000"
_NO_SEQNO = "-1"
_NANOSECONDS = 1e9


def parse_status(variables: Mapping[str, str]) -> GaleraNode:
    """What a node that answered says of itself. `variables`: name and text as SHOW STATUS gives them."""
    reader = _Reader(variables)
    paused = reader.read("wsrep_flow_control_paused_ns", _number)
    uuid = reader.read("wsrep_cluster_state_uuid", str)
    configuration = reader.read("wsrep_cluster_conf_id", _number)
    committed = variables.get("wsrep_last_committed")
    return GaleraNode(
        up=True,
        primary=reader.read("wsrep_cluster_status", lambda text: _CLUSTER_STATUS[text.lower()]),
        ready=reader.read("wsrep_ready", lambda text: _SWITCH[text.lower()]),
        connected=reader.read("wsrep_connected", lambda text: _SWITCH[text.lower()]),
        state=_known_state(reader.read("wsrep_local_state", _number)),
        cluster_size=reader.read("wsrep_cluster_size", _number),
        view=_view(uuid, configuration),
        flow_control_paused_seconds=None if paused is None else paused / _NANOSECONDS,
        receive_queue=reader.read("wsrep_local_recv_queue", _number),
        last_committed=None if committed == _NO_SEQNO else reader.read("wsrep_last_committed", _number),
        certification_failures=reader.read("wsrep_local_cert_failures", _number),
        brute_force_aborts=reader.read("wsrep_local_bf_aborts", _number),
        unreadable=tuple(reader.unreadable),
    )


class _Reader:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.unreadable: list[str] = []

    def read(self, name: str, meaning: Callable[[str], Value]) -> Value | None:
        """None, and noted, when the text means nothing; a variable that is not there is only None."""
        text = self._variables.get(name)
        if text is None:
            return None
        try:
            return meaning(text)
        except (KeyError, ValueError):
            self.unreadable.append(name)
            return None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) >= _COUNTER_END:
        raise ValueError(text)
    return int(text)


def _known_state(state: int | None) -> int | None:
    return state if state in _STATES else None


def _view(uuid: str | None, configuration: int | None) -> tuple[str, int] | None:
    if not uuid or uuid == _NO_HISTORY or configuration is None or configuration == _NO_VIEW:
        return None
    return uuid, configuration
