"""API servers for the collectors that ask them."""

from tests.agent.kubernetes.fixtures import authorities, hall, held, loop

__all__ = ["authorities", "hall", "held", "loop"]
