"""From the model to everything that follows from it: roles, peers, priorities, backends, quorum, names, ports.

Pure: no I/O, no clock, no chance. Every value is text, a number, a boolean, or a tuple or dataclass of these, so that
templates hold names only and the whole plan can be written down as JSON.
"""

from .plan import Topology, plan

__all__ = ["Topology", "plan"]
