"""What an LXD server, or the members of a cluster, have."""

from typing import Any

from ..contract import Capacity, Offer, ProviderError
from . import reading
from .api import Api
from .payload import default_pool

PLACE = "LXD server"


def offer(api: Api, cluster: str) -> Offer:
    """For preflight and doctor. What this server cannot say, or not to this client, is None."""
    server = api.get(PLACE)
    environment = server["environment"]
    pools = [pool["name"] for pool in api.get(PLACE, "storage-pools", recursion=1)]
    profiles = api.get(PLACE, "profiles", recursion=1)
    pool = default_pool((profile["devices"] for profile in profiles if profile["name"] == "default"), pools)
    networks = {network["name"]: network for network in api.get(PLACE, "networks", recursion=1)}
    leases = [
        lease
        for name, network in networks.items()
        if network.get("managed") and network.get("type") == "bridge"
        for lease in _or_empty(api, "networks", name, "leases") or ()
    ]
    members = _members(api) if environment.get("server_clustered") else {"": ""}
    return Offer(
        server=environment.get("server_name", ""),
        version=environment.get("server_version", ""),
        hosts=tuple(_host(api, name, state, pool) for name, state in members.items()),
        networks={name: _attributes(network) for name, network in networks.items()},
        storage_pools=tuple(pools),
        profiles=tuple(profile["name"] for profile in profiles),
        taken=reading.taken(api.get(PLACE, "instances", recursion=1), leases, cluster),
    )


def _members(api: Api) -> dict[str, str]:
    """Name to what is wrong with it."""
    members = api.get(PLACE, "cluster", "members", recursion=1)
    return {
        member["server_name"]: ""
        if member["status"] == "Online"
        else f"{member['status']}: {member.get('message', '')}"
        for member in members
    }


def _attributes(network: dict[str, Any]) -> dict[str, str]:
    managed = "true" if network.get("managed") else "false"
    return {**(network.get("config") or {}), "type": network.get("type", ""), "managed": managed}


def _host(api: Api, name: str, trouble: str, pool: str | None) -> Capacity:
    target = {"target": name} if name else {}
    if trouble:
        return reading.capacity(name, {}, {}, {}, notes=(trouble,))
    try:
        server = api.get(PLACE, **target)
    except ProviderError as error:
        if not name:
            raise
        # Not yet known to be off: the members notice it twenty seconds later.
        return reading.capacity(name, {}, {}, {}, notes=(error.cause,))
    space = _or_empty(api, "storage-pools", pool, "resources", **target) if pool else {}
    resources = _or_empty(api, "resources", **target)
    notes = reading.notes(_or_empty(api, "warnings", recursion=1), name)
    return reading.capacity(name, server["environment"], resources, space, notes=notes)


def _or_empty(api: Api, *path: str, **parameters: str | int) -> Any:
    """Some of it is not for every client, and not in every kind of pool or network."""
    try:
        return api.find(PLACE, *path, **parameters) or {}
    except ProviderError:
        return {}
