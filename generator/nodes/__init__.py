"""`nodes` of hagen.yaml, edited where it stands: comments, quotes and order stay, only the lines concerned change."""

from .choice import New, planned
from .edit import Edit, added, placed, removed
from .write import write

__all__ = ["Edit", "New", "added", "placed", "planned", "removed", "write"]
