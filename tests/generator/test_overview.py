"""The cluster at a glance."""

import pytest

from hagen.generator.overview import rows, show_overview
from tests.support import MINIMAL, VALID, planned


def overview(name: str) -> dict[str, tuple[int, str, str]]:
    content = next(path for path in VALID if path.stem == name).read_bytes()
    return {what: (number, names, tolerance) for what, number, names, tolerance in rows(planned(content))}


def test_what_may_fail_in_the_reference_cluster() -> None:
    found = overview("reference")
    assert found["load balancers"] == (2, "k8s-lb-1, k8s-lb-2", "1, noticed after 301 ms")
    assert found["control planes"][2] == "1 (etcd quorum 2 of 3)"
    assert found["workers"][2] == "1"
    assert found["database nodes"] == (3, "app", "1 (Galera quorum 2 of 3)")


def test_nothing_may_fail_where_there_is_one() -> None:
    found = overview("single-control-plane")
    assert found["load balancers"][2] == "none"
    assert found["control planes"][2] == "none (etcd quorum 1 of 1)"


def test_many_names_are_cut_short() -> None:
    number, names, tolerance = overview("fifty-workers")["workers"]
    assert (number, names) == (50, "k8s-worker-1 ... k8s-worker-50")
    assert tolerance == "48", "two of three Galera nodes need a worker each"


def test_the_table_is_plain_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    show_overview(planned(MINIMAL))
    printed = capsys.readouterr().out
    assert "virtual IP 10.196.35.30" in printed
    assert "\x1b" not in printed
