"""Lists without repetitions."""

import pytest

from .conftest import Found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("kubernetes: {certificateSANs: [a, b]}", []),
        (
            "kubernetes: {certificateSANs: [a, b, a, a]}",
            ["kubernetes.certificateSANs[2]", "kubernetes.certificateSANs[3]"],
        ),
        ("machines: {worker: {profiles: [gpu]}, controlPlane: {profiles: [gpu]}}", []),
        ("machines: {loadBalancer: {profiles: [a, a]}}", ["machines.loadBalancer.profiles[1]"]),
        ("packages: {proxy: {noProxy: [a, a]}}", ["packages.proxy.noProxy[1]"]),
    ],
)
def test_lists(found: Found, body: str, expected: list[str]) -> None:
    assert found(body) == [("HG414", path) for path in expected]
