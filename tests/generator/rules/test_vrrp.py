"""VRRP."""

from collections.abc import Callable

import pytest

from .conftest import Found

LB_3 = ("name: k8s-lb-3, role: load-balancer, address: 10.196.35.13",)


@pytest.mark.parametrize(("number", "right"), [(1, True), (255, True), (0, False), (256, False), (-1, False)])
def test_router_id(found: Found, number: int, right: bool) -> None:
    expected = [] if right else [("HG501", "network.vrrp.routerID")]
    assert found(f"network: {{vrrp: {{routerID: {number}}}}}") == expected


@pytest.mark.parametrize(
    ("interval", "code"),
    [
        ("100ms", None),
        ("50ms", None),
        ("0.05s", None),
        ("40950ms", None),
        ("40.95s", None),
        ("1s", None),
        ("40ms", "HG507"),
        ("10ms", "HG507"),
        ("5ms", "HG502"),
        ("0s", "HG502"),
        ("105ms", "HG502"),
        ("0.1001s", "HG502"),
        ("40960ms", "HG502"),
        ("1m", "HG502"),
    ],
)
def test_advert_interval(found: Found, interval: str, code: str | None) -> None:
    expected = [(code, "network.vrrp.advertInterval")] if code else []
    assert found(f"network: {{vrrp: {{advertInterval: {interval}}}}}") == expected


@pytest.mark.parametrize(
    ("first", "second", "third", "expected"),
    [
        (None, None, None, []),
        (200, 100, 1, []),
        (None, 254, 100, [("HG503", "nodes[1].priority")]),
        (253, None, None, [("HG503", "nodes[0].priority")]),
        (100, 100, 100, [("HG503", "nodes[1].priority"), ("HG503", "nodes[8].priority")]),
        (255, 255, None, [("HG504", "nodes[0].priority"), ("HG504", "nodes[1].priority")]),
        (0, None, None, [("HG504", "nodes[0].priority")]),
    ],
)
def test_priorities(
    found: Found,
    nodes: Callable[..., str],
    first: int | None,
    second: int | None,
    third: int | None,
    expected: list[tuple[str, str]],
) -> None:
    changes = {
        name: f"priority: {number}"
        for name, number in (("k8s_lb_1", first), ("k8s_lb_2", second))
        if number is not None
    }
    more = (LB_3[0] + (f", priority: {third}" if third is not None else ""),)
    assert found(nodes(more=more, **changes)) == expected


def test_only_load_balancers_have_a_priority(found: Found, nodes: Callable[..., str]) -> None:
    assert found(nodes(k8s_worker_1="priority: 254")) == [("HG504", "nodes[5].priority")]


def test_there_are_no_more_priorities_than_254(found: Found) -> None:
    machines = [
        f"  - {{name: lb-{i}, role: load-balancer, address: 10.0.{i // 200}.{i % 200 + 2}}}" for i in range(255)
    ]
    body = "network: {cidr: 10.0.0.0/16, virtualIP: 10.0.9.9}\nnodes:\n" + "\n".join(machines)
    assert ("HG504", "nodes") in found(body)
