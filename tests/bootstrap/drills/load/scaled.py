"""A load as it was played: three users' steps, and what two agents said of the autoscaler meanwhile."""

from dataclasses import replace

from hagen.bootstrap.drills.autoscaler import DRILL
from hagen.bootstrap.drills.conduct import Done, Played
from hagen.bootstrap.drills.load.locust import Step
from hagen.bootstrap.drills.load.scaling import Autoscaler
from hagen.bootstrap.drills.look import Look
from tests.bootstrap.drills.played import ZERO, play
from tests.bootstrap.drills.scenes import look, scene

SERVER = Autoscaler("apps", "server", 3, 9)
STEPS = (
    Step("minimum", 1, 3, ZERO + 1, ZERO + 31, 100, 0, 0.3, 3),
    Step("middle", 9, 5, ZERO + 31, ZERO + 91, 900, 0, 2.1, 5),
    Step("maximum", 21, 9, ZERO + 91, ZERO + 161, 3000, 1, 2.4, 9),
    Step("back", 1, 3, ZERO + 161, ZERO + 231, 200, 0, 0.3, 9),
)
# Seconds after the fault: as many pods as there are from then on.
PODS = {-3: 3, 50: 5, 110: 7, 125: 9, 190: 6, 200: 3}
COMMAND = "locust --config clusters/production/load-test.conf"


def metrics(pods: int, desired: int | None = None, ready: int | None = None, reason: str = "DesiredWithinRange") -> str:
    """What an agent says of it."""
    labels = 'namespace="apps",hpa="server"'
    values = {
        "min_replicas": 3, "max_replicas": 9, "current_replicas": pods, "desired_replicas": desired or pods,
        "target_ready_replicas": pods if ready is None else ready,
    }  # fmt: skip
    lines = [f"hagen_hpa_{name}{{{labels}}} {value}" for name, value in values.items()]
    lines.append(f'hagen_hpa_condition_reason_info{{{labels},condition="ScalingLimited",reason="{reason}"}} 1')
    return "\n".join(lines)


def looks(pods: dict[int, int]) -> tuple[Look, ...]:
    """One each second."""
    found, now = [], 3
    for second in range(-3, 240):
        now = pods.get(second, now)
        reason = "TooManyReplicas" if now == 9 else "DesiredWithinRange"
        found.append(look(ZERO + second, extra=metrics(now, reason=reason)))
    return tuple(found)


def loaded(pods: dict[int, int] | None = None, steps: tuple[Step, ...] = STEPS) -> Played:
    """Everything held, unless it is told otherwise."""
    (order,) = DRILL.orders(scene())
    done = (Done(order, ZERO, ZERO + 231, steps),)
    seen = looks(PODS if pods is None else pods)
    played = play(DRILL, gap=None, until=260.0, looks=seen, done=done, whole=ZERO + 235)
    return replace(played, autoscaler=SERVER, command=COMMAND)
