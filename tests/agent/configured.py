"""agent.yaml for tests, as the agent reads it."""

from typing import Any

from hagen.agent.config import AgentConfig


def document(**sections: Any) -> dict[str, Any]:
    """A whole agent.yaml of a cluster that is nowhere; `sections` replace those of the same name."""
    return {
        "apiVersion": "hagen.dev/v1alpha1",
        "kind": "Agent",
        "cluster": "test",
        "listen": {"port": 9790},
        "virtualIP": {"address": "192.0.2.30", "interface": "lb0", "vrrpInstance": "test", "advertMilliseconds": 100},
        "loadBalancers": [
            {"name": "lb-1", "address": "192.0.2.1", "priority": 254},
            {"name": "lb-2", "address": "192.0.2.2", "priority": 100},
        ],
        "haproxy": {"socket": "/nowhere/admin.sock", "healthURL": "http://127.0.0.1:1/alive"},
        "apiServers": {
            "endpoint": "https://127.0.0.1:1",
            "members": [{"name": "master-1", "url": "https://127.0.0.1:1"}],
        },
        "etcd": {"quorum": 1, "members": [{"name": "master-1", "metricsURL": "http://127.0.0.1:1"}]},
        "galera": {"name": "app", "namespace": "apps", "size": 3, "quorum": 2},
        "autoscalers": [],
        **sections,
    }


def config(**sections: Any) -> AgentConfig:
    return AgentConfig.model_validate(document(**sections))
