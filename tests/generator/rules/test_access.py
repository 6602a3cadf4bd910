"""Accounts and keys."""

import base64
import struct

import pytest

from hagen.generator.rules.access import public_key, user

from .conftest import Found


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
        f"ssh-ed25519 {ED25519} Jürgen's key [work] #1",
        f"restrict ssh-ed25519 {ED25519} a",
        f"no-pty,no-X11-forwarding ssh-ed25519 {ED25519}",
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
        (f'from="10.0.0.0/8",no-pty ssh-ed25519 {ED25519}', "HG408"),
        (f"from=10.0.0.0/8 ssh-ed25519 {ED25519}", "HG408"),
        (f"ssh-ed25519 {ED25519} a\\b", "HG408"),
        (f'ssh-ed25519 {ED25519} a"b', "HG408"),
        (f"ssh-ed25519 {ED25519} a\x1b", "HG408"),
        (f"ssh-ed25519 {ED25519} a\nssh-ed25519 {ED25519} b", "HG408"),
        (f"ssh-ed25519 {ED25519} " + "a" * 9000, "HG408"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "HG407"),
        ("-----BEGIN RSA PRIVATE KEY-----", "HG407"),
    ],
)
def test_no_public_keys(text: str, code: str) -> None:
    fault = public_key(text)
    assert fault is not None
    assert fault.code == code


@pytest.mark.parametrize("text", ["ubuntu", "admin", "_a", "jane-doe", "john.doe", "a" * 32])
def test_users(text: str) -> None:
    assert user(text) is None


@pytest.mark.parametrize(
    "text", ["", "root", "www-data", "systemd-x", "Admin", "1a", "-a", "a b", ".a", "a" * 33, "a$", "ü", "a\n"]
)
def test_no_users(text: str) -> None:
    fault = user(text)
    assert fault is not None
    assert fault.code == "HG412"


@pytest.mark.parametrize("text", ["operator", "proxy", "sudo", "adm", "docker", "lxd", "staff", "users", "ssh", "_ssh"])
def test_no_user_is_a_group_of_the_system(text: str) -> None:
    fault = user(text)
    assert fault is not None
    assert "of the system" in fault.message
    assert user("Root") is not None
    assert "root" not in user("Root").remedy  # type: ignore[union-attr]


def test_options_with_quotes_are_refused_plainly() -> None:
    fault = public_key(f'command="id" ssh-ed25519 {ED25519}')
    assert fault is not None
    assert "options with quotes" in fault.message


def test_the_end_of_line_of_a_block_is_no_part_of_a_key(found: Found) -> None:
    assert found(f"access:\n  sshKeys:\n    - |\n      ssh-ed25519 {ED25519} a\n") == []
