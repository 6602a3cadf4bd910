"""The database. Its custom resource cannot say that quorum is lost, and its pods may be ready while it is: so every
node is asked by itself, by SQL, through the API server's port-forward."""

from .collector import GaleraCollector

__all__ = ["GaleraCollector"]
