"""Servers for these tests."""

from tests.agent.kubernetes.fixtures import authorities, hall, held, loop

__all__ = ["authorities", "hall", "held", "loop"]
