"""Roles and quorum."""

from collections.abc import Callable

import pytest

from .conftest import Found

MASTERS = ("k8s-master-1", "k8s-master-2", "k8s-master-3")


def extra(role: str, *numbers: int) -> tuple[str, ...]:
    return tuple(f"name: {role}-{number}, role: {role}, address: 10.196.35.{100 + number}" for number in numbers)


@pytest.mark.parametrize(
    ("without", "more", "expected"),
    [
        ((), (), []),
        (MASTERS, (), [("HG201", "nodes")]),
        (MASTERS[1:], (), [("HG203", "nodes")]),
        (MASTERS[2:], (), [("HG202", "nodes")]),
        ((), extra("control-plane", 4), [("HG202", "nodes")]),
        ((), extra("control-plane", 4, 5), []),
        ((), extra("control-plane", 4, 5, 6, 7), []),
        ((), extra("control-plane", *range(4, 10)), [("HG208", "nodes")]),
        (("k8s-lb-1",), (), [("HG205", "nodes")]),
        (("k8s-lb-1", "k8s-lb-2"), (), [("HG204", "nodes")]),
        ((), extra("load-balancer", 3), []),
        (("k8s-worker-1",), (), [("HG206", "nodes"), ("HG210", "nodes")]),
        (("k8s-worker-1", "k8s-worker-2", "k8s-worker-3"), (), [("HG209", "nodes")]),
    ],
)
def test_machines(
    found: Found,
    nodes: Callable[..., str],
    without: tuple[str, ...],
    more: tuple[str, ...],
    expected: list[tuple[str, str]],
) -> None:
    assert found(nodes(without=without, more=more)) == expected


@pytest.mark.parametrize(
    ("size", "workers", "codes"),
    [
        (3, 3, []),
        (5, 5, []),
        (5, 3, ["HG206"]),
        (4, 3, ["HG207"]),
        (4, 2, ["HG206", "HG207", "HG210"]),
        (0, 3, ["HG207"]),
    ],
)
def test_database(found: Found, nodes: Callable[..., str], size: int, workers: int, codes: list[str]) -> None:
    without = () if workers >= 3 else ("k8s-worker-3",)
    body = f"database: {{size: {size}}}\n" + nodes(without=without, more=extra("worker", *range(4, workers + 1)))
    assert [code for code, _ in found(body)] == codes


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", [("HG206", "nodes"), ("HG210", "nodes")]),
        ("argocd: {highAvailability: true}", [("HG206", "nodes"), ("HG210", "argocd.highAvailability")]),
        ("argocd: {highAvailability: false}", [("HG206", "nodes")]),
    ],
)
def test_argocd(found: Found, nodes: Callable[..., str], setting: str, expected: list[tuple[str, str]]) -> None:
    assert found(f"{setting}\n" + nodes(without=("k8s-worker-3",), more=())) == expected
