"""Where the Grafana dashboards of gitops-template come from. `make update` writes them."""

import json

from .pages import DASHBOARDS
from .style import document


def files() -> dict[str, str]:
    """The JSON of every dashboard by its name."""
    return {page.name: json.dumps(document(page), indent=1, sort_keys=True) + "\n" for page in DASHBOARDS}
