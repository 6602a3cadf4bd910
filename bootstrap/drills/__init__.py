"""Drills: one thing is broken on purpose, what clients saw is measured, everything is restored, the proof is written.

A new one: a file here, a line in DRILLS, a test.
"""

from . import autoscaler, control_plane, load_balancer, node_freeze, partition, quorum, rolling, worker
from .drill import Drill

DRILLS: tuple[Drill, ...] = (
    load_balancer.DRILL,
    control_plane.DRILL,
    worker.DRILL,
    quorum.DRILL,
    node_freeze.DRILL,
    partition.DRILL,
    rolling.DRILL,
    autoscaler.DRILL,
)
