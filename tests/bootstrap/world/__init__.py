"""A provider in memory whose machines behave as bootstrap sees real ones: files, units, kubeadm, kubectl, etcd."""

from .cluster import FakeCluster, FakeNode
from .machine import FakeMachine
from .provider import FakeWorld

__all__ = ["FakeCluster", "FakeMachine", "FakeNode", "FakeWorld"]
