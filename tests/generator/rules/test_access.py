"""Accounts and keys."""

import base64
import struct

import pytest

from hagen.generator.rules.access import public_key, user


def key(kind: str, *sizes: int) -> str:
    fields = [kind.encode(), *(b"\x01" * size for size in sizes)]
    return base64.b64encode(b"".join(struct.pack(">I", len(field)) + field for field in fields)).decode()


ED25519 = key("ssh-ed25519", 32)


@pytest.mark.parametrize(
    "text",
    [
        f"ssh-ed25519 {ED25519}",
        f"ssh-ed25519 {ED25519} admin@example.com",
        f"ssh-ed25519 {ED25519} Jane Doe (laptop, 2026)",
        f"ssh-rsa {key('ssh-rsa', 3, 257)} a",
        f"ecdsa-sha2-nistp256 {key('ecdsa-sha2-nistp256', 8, 65)}",
        f"sk-ssh-ed25519@openssh.com {key('sk-ssh-ed25519@openssh.com', 32, 4)}",
    ],
)
def test_public_keys(text: str) -> None:
    assert public_key(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "HG408"),
        ("ssh-ed25519", "HG408"),
        (f"ssh-ed25519 {ED25519[:-4]}", "HG408"),
        (f"ssh-ed25519 {ED25519}AAAA", "HG408"),
        (f"ssh-rsa {ED25519}", "HG408"),
        (f"ssh-dss {key('ssh-dss', 1, 1, 1, 1)}", "HG408"),
        ("ssh-ed25519 not+base64!", "HG408"),
        (f'command="id" ssh-ed25519 {ED25519}', "HG408"),
        (f"ssh-ed25519 {ED25519} it's", "HG408"),
        (f"ssh-ed25519 {ED25519} a\nssh-ed25519 {ED25519} b", "HG408"),
        (f"ssh-ed25519 {ED25519} #", "HG408"),
        (f"ssh-ed25519 {ED25519} " + "a" * 9000, "HG408"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "HG407"),
        ("-----BEGIN RSA PRIVATE KEY-----", "HG407"),
    ],
)
def test_no_public_keys(text: str, code: str) -> None:
    fault = public_key(text)
    assert fault is not None
    assert fault.code == code


@pytest.mark.parametrize("text", ["ubuntu", "admin", "_a", "jane-doe", "a" * 32])
def test_users(text: str) -> None:
    assert user(text) is None


@pytest.mark.parametrize(
    "text", ["", "root", "www-data", "systemd-x", "Admin", "1a", "-a", "a b", "a.b", "a" * 33, "a$", "ü", "a\n"]
)
def test_no_users(text: str) -> None:
    fault = user(text)
    assert fault is not None
    assert fault.code == "HG412"
