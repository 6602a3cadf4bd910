"""Placement on hosts."""

from collections.abc import Callable

import pytest

from .conftest import REFERENCE, Found

GOOD = dict(zip(REFERENCE, "ababcabc", strict=True))
ZONE = "database: {antiAffinity: zone}\n"


@pytest.mark.parametrize(
    ("before", "moved", "expected"),
    [
        ("", {}, []),
        (ZONE, {}, []),
        ("", {"k8s-master-3": "a"}, [("HG801", "nodes[4].host")]),
        ("", {"k8s-master-3": "d"}, []),
        ("", {"k8s-lb-2": "a"}, [("HG802", "nodes[1].host")]),
        ("", {"k8s-worker-3": "a"}, [("HG803", "nodes[7].host")]),
        (ZONE, {"k8s-worker-3": "a"}, [("HG807", "database.antiAffinity")]),
        ("", {"k8s-lb-1": None}, [("HG806", "nodes[0]")]),
        ("", {"k8s-lb-1": None, "k8s-master-3": "b"}, [("HG801", "nodes[4].host"), ("HG806", "nodes[0]")]),
        ("", dict.fromkeys(REFERENCE), []),
        (ZONE, dict.fromkeys(REFERENCE), [("HG807", "database.antiAffinity")]),
        (
            "",
            dict.fromkeys(REFERENCE, "a"),
            [("HG801", "nodes[3].host"), ("HG802", "nodes[1].host"), ("HG803", "nodes[6].host")],
        ),
    ],
)
def test_placements(
    found: Found,
    nodes: Callable[..., str],
    before: str,
    moved: dict[str, str | None],
    expected: list[tuple[str, str]],
) -> None:
    hosts = {name: host for name, host in (GOOD | moved).items() if host is not None}
    changes = {name.replace("-", "_"): f"host: {host}" for name, host in hosts.items()}
    assert found(before + nodes(**changes)) == expected


@pytest.mark.parametrize(("before", "expected"), [("", [("HG803", "database.antiAffinity")]), (ZONE, [])])
def test_many_workers_on_one_host(
    found: Found, nodes: Callable[..., str], before: str, expected: list[tuple[str, str]]
) -> None:
    changes = {name.replace("-", "_"): f"host: {host}" for name, host in GOOD.items()}
    more = ("name: k8s-worker-4, role: worker, address: 10.196.35.27, host: a",)
    assert found(before + nodes(more=more, **changes)) == expected
