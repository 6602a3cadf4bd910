"""keepalived's dump, as the real one writes it."""

import json
from pathlib import Path

import pytest

from hagen.agent.collectors.vip.keepalived import Claim, parse_dump
from hagen.agent.snapshot import VRRPState

CAPTURED = Path(__file__).resolve().parents[2] / "captured/keepalived"
DUMP = (CAPTURED / "2.2.7.json").read_bytes()
ERRORS = ("packet_len_err", "advert_interval_err", "ip_ttl_err", "invalid_type_rcvd", "addr_list_err",
          "invalid_authtype", "authtype_mismatch", "auth_failure")  # fmt: skip


def changed(**data: object) -> bytes:
    document = json.loads(DUMP)
    document[0]["data"] |= data
    return json.dumps(document).encode()


@pytest.mark.parametrize("dump", [DUMP, json.dumps({"json_version": 2, "vrrp": json.loads(DUMP)}).encode()])
def test_a_dump(dump: bytes) -> None:
    assert parse_dump(dump, "test") == Claim(
        state=VRRPState.MASTER, base_priority=254, effective_priority=254, became_master=1, adverts_received=0,
        adverts_sent=12, advert_errors=dict.fromkeys(ERRORS, 0),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "state"), [(0, "init"), (1, "backup"), (2, "master"), (3, "fault"), (4, None), ("2", None)]
)
def test_states(number: object, state: str | None) -> None:
    assert parse_dump(changed(state=number), "test").state == state


def test_nothing_is_claimed_of_another_instance() -> None:
    assert parse_dump(DUMP, "other") == Claim()
    assert parse_dump(b"[]", "test") == Claim()
    assert parse_dump(b'[{"data":{"iname":"test"}}]', "test") == Claim()


@pytest.mark.parametrize("dump", [b"", DUMP[:-10], b"{}", b"5", b'{"vrrp":{}}', b"[" * 100000, b"\xff"])
def test_what_is_no_dump(dump: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind
        parse_dump(dump, "test")
