"""Looks are lean, and have everything that drills read of them."""

import re
from pathlib import Path

from hagen.bootstrap.drills import look as module
from hagen.bootstrap.drills.look import KEPT
from tests.bootstrap.drills.scenes import look

_READ = re.compile(r'"(hagen_[a-z_]+)"')


def test_everything_that_is_read_is_kept() -> None:
    bootstrap = Path(module.__file__).parents[1]
    files = [*(bootstrap / "drills").rglob("*.py"), bootstrap / "agents/sample.py"]
    read = {name for file in files for name in _READ.findall(file.read_text())}
    # Of a whole scrape, before it is made lean; and a user of the database.
    assert read - {"hagen_build_info", "hagen_drill"} - KEPT == set()


def test_nothing_else_is_kept() -> None:
    whole = look(1.0, extra="hagen_agent_collector_up 1", alerts={"A": "firing"}, silent=("k8s-lb-2",))
    lean = whole.lean()
    sample = lean.agents["k8s-lb-1"].sample
    assert sample is not None
    assert set(sample.metrics) == {"hagen_vip_assigned", "hagen_verdict"}
    assert (lean.holders(), lean.firing(), lean.troubles()) == (whole.holders(), whole.firing(), whole.troubles())
