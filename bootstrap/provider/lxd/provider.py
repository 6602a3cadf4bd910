"""The provider on LXD. Every method looks before it acts, and touches only what carries the cluster's tag."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .. import contract
from ..contract import (
    ForeignMachine,
    Image,
    Machine,
    Network,
    Outcome,
    Power,
    ProviderError,
    Published,
    Timeout,
    Wanted,
)
from . import execution, files, images, networks, offer, payload, publishing, reading, shell
from .api import Api
from .connect import Client, Connections, Server
from .lock import Lock
from .sightings import Sightings

CREATE: Final = 1800.0  # seconds; the first machine waits for the image
CHANGE: Final = 120.0
MARGIN: Final = 30.0  # what LXD may need besides the time that it is given


class LxdProvider:
    """contract.Provider. `connect` opens a connection: Server(...).connect for a real one. Safe to share by threads.

    `server`: the same one, as the lxc command has to find it for a shell.
    """

    def __init__(self, connect: Callable[[], Client], cluster: str, server: Server | None = None) -> None:
        self._server = server or Server()
        self._connections = Connections(connect)
        self._api = Api(self._connections)
        self._cluster = cluster
        self._lock = Lock(self._api, cluster)
        self._sightings = Sightings()

    def offer(self) -> contract.Offer:
        """See contract.Provider, as with all of them."""
        return offer.offer(self._api, self._cluster)

    def has_image(self, image: Image, *, virtual: bool) -> bool | None:
        """None: the image server does not answer here, though it may answer LXD."""
        return images.available(self._api, image, virtual=virtual)

    def ensure_network(self, network: Network) -> bool:
        """A bridge with DHCP and NAT; on every member of a cluster."""
        return networks.ensure(self._api, network, self._cluster)

    def delete_network(self, name: str) -> bool:
        """LXD refuses while machines use it."""
        return networks.delete(self._api, name, self._cluster)

    def machines(self) -> Mapping[str, Machine]:
        """Of both kinds."""
        found = self._api.get("machines", "instances", recursion=2)
        return {entry["name"]: reading.machine(entry) for entry in found if reading.ours(entry, self._cluster)}

    def create(self, wanted: Wanted) -> bool:
        """LXD accepts an address that another instance has, and refuses when it is started."""
        place = f"machine {wanted.name}"
        if self._find(wanted.name) is not None:
            return False
        server = self._api.get(place)
        pool = wanted.storage_pool or self._default_pool(place, payload.profiles(wanted))
        body = payload.create(wanted, self._cluster, frozenset(server["api_extensions"]), pool)
        target = {"target": wanted.host} if wanted.host else {}
        try:
            self._api.act(place, "post", "instances", body=body, within=CREATE, parameters=target)
        except ProviderError:
            # Somebody else was faster, or an earlier run's request was still under way: then it is there.
            if self._find(wanted.name) is None:
                raise
            return False
        return True

    def change(self, wanted: Wanted) -> bool:
        """By PATCH, key by key: what others changed meanwhile stays."""
        instance = self._own(wanted.name)
        body = payload.changes(wanted, instance["config"], instance["profiles"])
        if body:
            self._api.act(f"machine {wanted.name}", "patch", "instances", wanted.name, body=body, within=CHANGE)
        return bool(body)

    def start(self, name: str) -> None:
        """A paused machine goes on."""
        instance = self._own(name)
        if reading.power(instance) is not Power.RUNNING:
            action = "unfreeze" if reading.power(instance) is Power.FROZEN else "start"
            self._switch(name, action, Power.RUNNING, seconds=CHANGE)

    def freeze(self, name: str) -> None:
        """Processors of a virtual machine are paused, processes of a container get no time."""
        if reading.power(self._own(name)) is not Power.FROZEN:
            self._running(name)
            self._switch(name, "freeze", Power.FROZEN, seconds=CHANGE)

    def stop(self, name: str, *, timeout: float, force: bool = False) -> None:
        """A machine without an operating system that listens only stops by force."""
        if reading.power(self._own(name)) is not Power.STOPPED:
            self._switch(name, "stop", Power.STOPPED, seconds=timeout, force=force)

    def delete(self, name: str) -> bool:
        """Protected ones (security.protection.delete) are not."""
        self._sightings.forget(name)
        instance = self._find(name)
        if instance is None:
            return False
        if reading.power(instance) is not Power.STOPPED:
            self._switch(name, "stop", Power.STOPPED, seconds=CHANGE, force=True)
        try:
            self._api.act(f"machine {name}", "delete", "instances", name, within=CHANGE)
        except ProviderError:
            if self._find(name) is not None:
                raise
        return True

    def execute(
        self, name: str, argv: Sequence[str], *, timeout: float, stdin: bytes = b"", silent: bool = False
    ) -> Outcome:
        """What it prints is kept by LXD until it is fetched, then removed."""
        self._running(name)
        with self._sightings.trusted(name):
            return execution.execute(self._api, name, argv, timeout, stdin, silent=silent)

    def push(self, name: str, path: str, content: bytes, *, mode: int = 0o644, owner: str = "root") -> None:
        """Checked by SHA-256 on the machine before it is renamed into place."""
        self._running(name)
        checksum = hashlib.sha256(content).hexdigest()
        with self._sightings.trusted(name):
            files.push(self._api, name, path, content, checksum=checksum, mode=mode, owner=owner)

    def pull(self, name: str, path: str) -> bytes:
        """Of a stopped container too."""
        if not self._sightings.recent(name):
            self._own(name)
        return files.pull(self._api, name, path)

    def shell(self, name: str) -> Sequence[str]:
        """By the lxc command: an interactive session is its business."""
        self._sightings.forget(name)
        self._running(name)
        return shell.command(self._server, name)

    def images(self) -> Mapping[str, Published]:
        """Those with the cluster's tag."""
        return publishing.found(self._api, self._cluster)

    def publish(self, name: str, alias: str, properties: Mapping[str, str]) -> None:
        """Compressed as the server's images.compression_algorithm says."""
        if reading.power(self._own(name)) is not Power.STOPPED:
            raise ProviderError(f"machine {name}", "it runs", "Stop it: an image is made of what is on its disk.")
        publishing.publish(self._api, self._cluster, name, alias, properties)

    def delete_image(self, alias: str) -> bool:
        """With its alias."""
        return publishing.delete(self._api, self._cluster, alias)

    def lock(self, holder: str, seconds: float) -> str:
        """A profile that no machine uses. Its end is told by LXD's clock."""
        return self._lock.take(holder, seconds)

    def unlock(self, holder: str) -> None:
        """Nothing of it is left."""
        self._lock.drop(holder)

    def close(self) -> None:
        """Close idle connections."""
        self._connections.close()

    def _find(self, name: str) -> Mapping[str, Any] | None:
        instance: Mapping[str, Any] | None = self._api.find(f"machine {name}", "instances", name)
        if instance is not None and not reading.ours(instance, self._cluster):
            raise ForeignMachine(
                f"machine {name}",
                f"an instance of this name is there, and was not made for cluster {self._cluster}",
                "Rename the machine in hagen.yaml, or remove the instance yourself.",
            )
        return instance

    def _own(self, name: str) -> Mapping[str, Any]:
        instance = self._find(name)
        if instance is None:
            raise ProviderError(f"machine {name}", "there is no such machine", "Create it first.")
        return instance

    def _running(self, name: str) -> None:
        """Seen to be ours and to run, a moment ago or now."""
        if self._sightings.recent(name):
            return
        if reading.power(self._own(name)) is not Power.RUNNING:
            raise ProviderError(f"machine {name}", "it does not run", "Start it.")
        self._sightings.saw(name)

    def _switch(self, name: str, action: str, to: Power, *, seconds: float, force: bool = False) -> None:
        self._sightings.forget(name)
        body = {"action": action, "timeout": max(1, round(seconds)), "force": force}
        within = seconds + MARGIN
        try:
            self._api.act(f"machine {name}", "put", "instances", name, "state", body=body, within=within)
        except Timeout:
            raise
        except ProviderError:
            # "Already running", "already stopped": somebody was faster.
            if reading.power(self._own(name)) is not to:
                raise

    def _default_pool(self, place: str, profiles: Sequence[str]) -> str:
        devices = [(self._api.find(place, "profiles", name) or {}).get("devices") or {} for name in profiles]
        pools = [pool["name"] for pool in self._api.get(place, "storage-pools", recursion=1)]
        pool = payload.default_pool(devices, pools)
        if pool is None:
            raise ProviderError(place, "no profile says where its disk goes", "Name machines.storagePool.")
        return pool
