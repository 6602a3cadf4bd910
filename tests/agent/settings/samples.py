"""The good case (what hagen renders) and the bad one (the kubeadm HA notes' files, on the same cluster)."""

from pathlib import Path

import jinja2

from hagen.agent.config import AgentConfig, load_config
from hagen.agent.settings import Settings, judge_settings
from tests.support import ROOT

GOLDEN = ROOT / "tests/golden"
CLUSTER = GOLDEN / "reference/clusters/production"
BASELINE = ROOT / "tests/testbed/baseline"


def reference() -> AgentConfig:
    return load_config(CLUSTER / "agent.yaml")


def shipped_files() -> tuple[str, str]:
    """keepalived.conf and haproxy.cfg of the first load balancer of the reference cluster."""
    directory = CLUSTER / "load-balancers/k8s-lb-1"
    return (directory / "keepalived.conf").read_text(), (directory / "haproxy.cfg").read_text()


def shipped() -> Settings:
    return judge_settings(reference(), *shipped_files())


def notes() -> Settings:
    """With the priorities and the interval of the notes in agent.yaml, too."""
    config = reference()
    vip = config.virtual_ip.model_copy(update={"advert_milliseconds": 1000})
    balancers = tuple(
        balancer.model_copy(update={"priority": priority})
        for balancer, priority in zip(config.load_balancers, (101, 100), strict=True)
    )
    config = config.model_copy(update={"virtual_ip": vip, "load_balancers": balancers})
    return judge_settings(config, _filled(BASELINE / "keepalived.conf"), _filled(BASELINE / "haproxy.cfg"))


def _filled(path: Path) -> str:
    environment = jinja2.Environment(trim_blocks=True, undefined=jinja2.StrictUndefined)  # noqa: S701 - no HTML
    return environment.from_string(path.read_text()).render(
        interface="enp5s0",
        router_id=51,
        virtual_ip="10.196.35.30",
        first=True,
        control_planes=[(f"k8s-master-{number}", f"10.196.35.{19 + number}") for number in (1, 2, 3)],
        workers=[("k8s-worker-1", "10.196.35.24")],
        ingress_port=30080,
    )
