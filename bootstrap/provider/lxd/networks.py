"""LXD's managed bridges."""

from ..contract import Network
from . import payload
from .api import Api

SECONDS = 120.0


def ensure(api: Api, network: Network, cluster: str) -> bool:
    """Make it where it is missing. In a cluster LXD wants it announced for each member first."""
    place = f"network {network.name}"
    found = api.find(place, "networks", network.name)
    if found is not None and found.get("status", "Created") == "Created":
        return False
    if api.get(place)["environment"].get("server_clustered"):
        waiting = set((found or {}).get("locations") or ())
        for member in api.get(place, "cluster", "members", recursion=1):
            name = member["server_name"]
            if name not in waiting:
                announced = {"name": network.name, "type": "bridge"}
                api.act(place, "post", "networks", body=announced, within=SECONDS, parameters={"target": name})
    api.act(place, "post", "networks", body=payload.network(network, cluster), within=SECONDS)
    return True


def delete(api: Api, name: str, cluster: str) -> bool:
    """Remove it when it carries the cluster's tag."""
    place = f"network {name}"
    found = api.find(place, "networks", name)
    if found is None or (found.get("config") or {}).get(payload.CLUSTER) != cluster:
        return False
    api.act(place, "delete", "networks", name, within=SECONDS)
    return True
