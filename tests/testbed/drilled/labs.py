"""Labs that drills run in: with an agent on each load balancer, and a Prometheus that asks them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.testbed import settings
from tests.testbed.cluster import Cluster
from tests.testbed.daemons import prometheus
from tests.testbed.lab import Lab, started


def notes(cluster: Cluster) -> settings.Settings:
    """The settings of the kubeadm HA notes; the instance has the name that the agents look for."""
    theirs = settings.baseline(cluster)
    name = f"vrrp_instance {cluster.inventory.cluster} ".encode()
    return replace(theirs, keepalived=lambda host: re.sub(rb"vrrp_instance \S+ ", name, theirs.keepalived(host)))


SIDES = {"hagen": settings.rendered, "notes": notes}


@contextmanager
def watched_by_agents(cluster: Cluster, side: str) -> Iterator[Lab]:
    """A lab of its own, with those settings."""
    with started(cluster, SIDES[side]) as lab:
        client = lab.context.client
        client.start(prometheus.daemon(client, lab.context))
        lab.watch()
        yield lab
