"""The model of hagen.yaml: types and defaults. No I/O, and no rule that needs two fields (those are in `rules`)."""

from .cluster import API_VERSION, Cluster
from .machines import Node

__all__ = ["API_VERSION", "Cluster", "Node"]
