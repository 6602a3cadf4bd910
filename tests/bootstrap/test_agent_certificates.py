"""The agents' own authority, and what it signs: real TLS between two ends, and every reason to make one anew."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from hagen.bootstrap.agent_certificates import LIFE, Pair, is_authority, issue, make_authority, serves

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESS = IPv4Address("127.0.0.1")
AUTHORITY = make_authority("production", NOW)
ISSUED = issue(AUTHORITY, "k8s-lb-1", ADDRESS, NOW)


def good(pair: Pair = ISSUED, authority: bytes = AUTHORITY.certificate, **changes: object) -> bool:
    known = {"name": "k8s-lb-1", "address": ADDRESS, "now": NOW, **changes}
    return serves(pair, authority, **known)  # type: ignore[arg-type]


def test_what_was_made_serves() -> None:
    assert is_authority(AUTHORITY, NOW)
    assert good()


@pytest.mark.parametrize("host", ["127.0.0.1", "k8s-lb-1"])
def test_one_end_believes_the_other(tmp_path: Path, host: str) -> None:
    now = datetime.now(UTC)
    authority = make_authority("production", now)
    pair = issue(authority, "k8s-lb-1", ADDRESS, now)
    files = {"ca": authority.certificate, "crt": pair.certificate, "key": pair.key}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(tmp_path / "ca"))
    client = ssl.create_default_context(cafile=str(tmp_path / "ca"))
    server.verify_mode = ssl.CERT_REQUIRED
    for context in (server, client):
        context.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    if hasattr(ssl, "VERIFY_X509_STRICT"):
        client.verify_flags |= ssl.VERIFY_X509_STRICT
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = server.wrap_bio(to_server, to_client, server_side=True)
    there = client.wrap_bio(to_client, to_server, server_hostname=host)
    ends = [there, here]
    for _ in range(4):
        for end in list(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                continue
    assert ends == []
    assert there.getpeercert()["subject"] == ((("commonName", "k8s-lb-1"),),)  # type: ignore[index]


def test_a_certificate_is_renewed_when_a_third_of_its_life_is_left() -> None:
    third = LIFE / 3
    assert good(now=NOW + LIFE - third - timedelta(days=1))
    assert not good(now=NOW + LIFE - third + timedelta(days=1))
    assert not good(now=NOW + LIFE + timedelta(days=1))
    assert not good(now=NOW - timedelta(days=1)), "not valid yet"
    assert not is_authority(AUTHORITY, NOW + timedelta(days=3000))


def test_a_certificate_for_somebody_else_is_made_anew() -> None:
    assert not good(name="k8s-lb-2")
    assert not good(address=IPv4Address("127.0.0.2"))
    assert not good(authority=make_authority("production", NOW).certificate), "signed by another of the same name"
    assert not good(Pair(ISSUED.certificate, AUTHORITY.key)), "the key is not its own"
    assert not is_authority(Pair(AUTHORITY.certificate, ISSUED.key), NOW)
    assert not is_authority(ISSUED, NOW), "it signs nobody"


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"\xff\xfe", AUTHORITY.certificate[:200]])
def test_what_cannot_be_read_is_no_certificate(garbage: bytes) -> None:
    assert not good(Pair(garbage, ISSUED.key))
    assert not good(Pair(ISSUED.certificate, garbage))
    assert not good(authority=garbage)
    assert not is_authority(Pair(garbage, garbage), NOW)
