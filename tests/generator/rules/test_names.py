"""Names of machines, clusters and applications."""

from collections.abc import Callable

import pytest

from hagen.generator.check import check
from hagen.generator.load import parse
from hagen.generator.rules.grammar import dns_name, label, letter_label, name_or_address
from hagen.generator.rules.names import certificate_name, database_name

from .conftest import Found

NASTY = [
    "",
    " ",
    "a b",
    "a\nb",
    "a\n",
    "a#b",
    "a'b",
    'a"b',
    "a:b",
    "a/b",
    "a\\b",
    "a$b",
    "a`b",
    "ä",
    "a{b",
    "a;b",
    "\x00",
]


@pytest.mark.parametrize("judge", [label, letter_label, dns_name, name_or_address, certificate_name, database_name])
@pytest.mark.parametrize("text", [*NASTY, "A", "-a", "a-", "a_b", "*", "a" * 64])
def test_nothing_that_breaks_a_template_is_a_name(judge: Callable[[str], object], text: str) -> None:
    assert judge(text) is not None


@pytest.mark.parametrize("text", ["a", "a-b", "k8s-worker-12", "x" * 63, "a--b"])
def test_labels(text: str) -> None:
    assert label(text) is None
    assert letter_label(text) is None


@pytest.mark.parametrize("text", ["0a", "123"])
def test_labels_that_begin_with_a_digit(text: str) -> None:
    assert label(text) is None
    assert letter_label(text) is not None


@pytest.mark.parametrize("text", ["app", "app.example.com", "a.b", "0.example", "x" * 63 + ".com"])
def test_dns_names(text: str) -> None:
    assert dns_name(text) is None


@pytest.mark.parametrize("text", ["a..b", ".a", "a.", "10.0.0.1", "fd00::1", "*.a.b", ".".join(["x" * 60] * 5)])
def test_no_dns_names(text: str) -> None:
    fault = dns_name(text)
    assert fault is not None
    assert fault.code == "HG404"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("api.example.com", None),
        ("*.example.com", None),
        ("10.0.0.1", None),
        ("10.0.0.256", "HG108"),
        ("10.0.0.0/24", "HG108"),
        ("fd00::1", "HG314"),
        ("*.*.example.com", "HG404"),
        ("a.*.example.com", "HG404"),
    ],
)
def test_certificate_names(text: str, code: str | None) -> None:
    fault = certificate_name(text)
    assert (fault.code if fault else None) == code


@pytest.mark.parametrize(("length", "code"), [(22, None), (23, "HG403"), (64, "HG402")])
def test_database_name_length(length: int, code: str | None) -> None:
    fault = database_name("x" * length)
    assert (fault.code if fault else None) == code


@pytest.mark.parametrize(
    ("apps", "expected"),
    [
        ("client: {host: a.example.com}", []),
        ("client: {host: server.local}", [("HG405", "apps.client.host")]),
        ("server: {host: client.local}", [("HG405", "apps.server.host")]),
        ("phpMyAdmin: {host: client.local}", [("HG405", "apps.phpMyAdmin.host")]),
        ("phpMyAdmin: {host: client.local, enabled: false}", []),
        ("phpMyAdmin: {host: 'not a name', enabled: false}", [("HG404", "apps.phpMyAdmin.host")]),
        ("client: {host: localhost}", [("HG404", "apps.client.host")]),
        ("phpMyAdmin: {host: app.localhost}", [("HG404", "apps.phpMyAdmin.host")]),
        ("client: {host: Client.local}", [("HG404", "apps.client.host")]),
    ],
)
def test_application_hosts(found: Found, apps: str, expected: list[tuple[str, str]]) -> None:
    assert found(f"apps: {{{apps}}}") == expected


def test_machine_names(found: Found, nodes: Callable[..., str]) -> None:
    assert found(nodes(k8s_lb_1="name: localhost")) == [("HG402", "nodes[0].name")]
    assert found(nodes(k8s_lb_1="name: ip6-allnodes")) == [("HG402", "nodes[0].name")]
    assert found(nodes(k8s_lb_1="name: production-api")) == [("HG402", "nodes[0].name")]
    assert found("metadata: {name: lab}\n" + nodes(k8s_lb_1="name: production-api")) == []
    assert found(nodes(k8s_lb_1="name: k8s-lb-2")) == [("HG401", "nodes[1].name")]
    assert found(nodes(k8s_lb_1="name: edge")) == []


def test_cluster_name_leaves_room_for_the_name_of_the_api(found: Found) -> None:
    assert found(f"metadata: {{name: {'x' * 59}}}") == []
    assert found(f"metadata: {{name: {'x' * 60}}}") == [("HG402", "metadata.name")]


def test_a_suggested_host_is_free() -> None:
    body = b"apps: {client: {host: server.local}, server: {host: a.local}, phpMyAdmin: {host: a.local}}\n"
    report = check(parse(b"apiVersion: hagen.dev/v1alpha1\nkind: Cluster\n" + body))
    assert [problem.remedy for problem in report.problems] == ["write host: phpmyadmin.local"]
    body = b"apps: {client: {host: server.local}, server: {host: server.local}, phpMyAdmin: {host: x.local}}\n"
    report = check(parse(b"apiVersion: hagen.dev/v1alpha1\nkind: Cluster\n" + body))
    assert [problem.remedy for problem in report.problems] == ["write host: server-2.local"]
