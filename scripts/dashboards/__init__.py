"""Where the Grafana dashboards of gitops-template come from, one file each. `make update` writes them."""

import json

from .etcd import ETCD
from .galera import GALERA
from .hpa import HPA
from .overview import OVERVIEW
from .style import document
from .vip import VIP

DASHBOARDS = (OVERVIEW, VIP, ETCD, GALERA, HPA)


def files() -> dict[str, str]:
    """The JSON of every dashboard by its name."""
    return {page.name: json.dumps(document(page), indent=1, sort_keys=True) + "\n" for page in DASHBOARDS}
