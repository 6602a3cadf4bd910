"""Ports."""

import pytest

from .conftest import Found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ingress: {nodePorts: {http: 30000, https: 32767}}", []),
        ("ingress: {nodePorts: {http: 29999, https: 32768}}", ["HG505 http", "HG505 https"]),
        ("ingress: {nodePorts: {https: 30080}}", ["HG506 https"]),
        ("ingress: {nodePorts: {http: 30443}}", ["HG506 http"]),
        ("ingress: {nodePorts: {http: 80, https: 80}}", ["HG505 http", "HG505 https"]),
        ("monitoring: {haproxyPort: 9404, agent: {port: 9405}}", []),
        ("monitoring: {haproxyPort: 9790, agent: {port: 8404}}", []),
        ("monitoring: {haproxyPort: 9790}", ["HG506 haproxyPort"]),
        ("monitoring: {agent: {port: 8404}}", ["HG506 port"]),
        ("monitoring: {agent: {port: 8405}}", ["HG506 port"]),
        ("monitoring: {haproxyPort: 443, agent: {port: 443}}", ["HG506 haproxyPort", "HG506 port"]),
        ("apps: {server: {port: 1024}}", []),
        ("apps: {server: {port: 6443}}", []),
        ("apps: {server: {port: 1023}}", ["HG107 port"]),
    ],
)
def test_ports(found: Found, body: str, expected: list[str]) -> None:
    assert sorted(f"{code} {path.rpartition('.')[2]}" for code, path in found(body)) == expected
