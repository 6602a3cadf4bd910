"""Sizes of the machines."""

import pytest

from .conftest import Found


@pytest.mark.parametrize(
    ("machines", "expected"),
    [
        ("controlPlane: {cpu: 2, memory: 2GiB, disk: 10GiB}", []),
        ("controlPlane: {cpu: 1}", ["HG804 cpu"]),
        ("controlPlane: {memory: 1699MiB}", ["HG804 memory"]),
        ("controlPlane: {memory: 1700MiB}", ["HG805 memory"]),
        ("controlPlane: {disk: 9GiB}", ["HG805 disk"]),
        ("worker: {cpu: 2, memory: 2GiB, disk: 10GiB}", []),
        ("worker: {cpu: 1, memory: 2047MiB, disk: 9GiB}", ["HG612 memory", "HG805 cpu", "HG805 disk", "HG805 memory"]),
        ("loadBalancer: {cpu: 1, memory: 512MiB, disk: 10GiB}", []),
        ("loadBalancer: {memory: 511MiB, disk: 1GiB}", ["HG805 disk", "HG805 memory"]),
    ],
)
def test_sizes(found: Found, machines: str, expected: list[str]) -> None:
    assert sorted(f"{code} {path.rpartition('.')[2]}" for code, path in found(f"machines: {{{machines}}}")) == expected
