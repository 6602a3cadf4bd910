"""Everybody is asked; whoever does not answer is a reason."""

from collections.abc import Callable

from hagen.bootstrap.agents.reach import Agent, Agents
from hagen.bootstrap.engine import carry_out
from hagen.bootstrap.run import Run
from hagen.bootstrap.status import status
from hagen.bootstrap.status.line import State
from hagen.bootstrap.status.look import Asking
from hagen.bootstrap.steps import STEPS

AGENTS = (Agent("k8s-lb-1", "http://127.0.0.1:1/metrics"),)


def test_a_cluster_that_is_up(begin: Callable[[], Run]) -> None:
    assert carry_out(begin(), STEPS).problems == ()
    seen = Asking(begin(), Agents(AGENTS)).look()
    assert seen.machines is not None
    assert len(seen.machines) == 8
    assert seen.certificates is not None
    assert set(seen.certificates) == {"k8s-master-1", "k8s-master-2", "k8s-master-3"}
    assert [line.text for line in status(seen)["Applications"]] == ["all 1 are healthy and as in git"]
    assert "Connection refused" in seen.answers["k8s-lb-1"].trouble


def test_nothing_is_there_yet(begin: Callable[[], Run]) -> None:
    seen = Asking(begin(), Agents(AGENTS)).look()
    assert seen.machines == {}
    assert (seen.applications, seen.certificates) == (None, None)
    assert "no control plane" in seen.why["applications"]
    assert seen.why["certificates"] == "certificates: no control plane runs"
    assert {line.state for lines in status(seen).values() for line in lines} <= {State.CRITICAL, State.UNKNOWN}
