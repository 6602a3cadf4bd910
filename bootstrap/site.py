"""One rendered cluster, and how its machines are wanted. Reads the rendered files; decides nothing."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import BootstrapError
from .inventory import Inventory, Machine
from .provider.contract import Image, Provider, Wanted

DEFAULT: Final = "default"  # the profile that every machine has, whether it is named or not
BUILDER: Final = "image-builder"  # the role of a machine that becomes an image


@dataclass(frozen=True)
class Site:
    """`folder`: clusters/<name> of a rendered repository; `local`: the provider runs on this host."""

    folder: Path
    inventory: Inventory
    provider: Provider
    local: bool = False

    @property
    def repository(self) -> Path:
        """The rendered repository."""
        return self.folder.parents[1]

    def file(self, path: str) -> bytes:
        """A rendered file; the path is relative to the inventory. BootstrapError when it is not there."""
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            raise BootstrapError(
                str(self.folder / path), error.strerror or str(error), "Render the repository anew: make render."
            ) from error

    def _text(self, path: str) -> str:
        try:
            return self.file(path).decode()
        except UnicodeDecodeError as error:
            place = str(self.folder / path)
            raise BootstrapError(
                place, f"it is no UTF-8: {error}", "Render the repository anew: make render."
            ) from error

    def machines(self, *roles: str) -> tuple[Machine, ...]:
        """The machines of these roles, in the order of the inventory; without a role, all."""
        return tuple(machine for machine in self.inventory.machines if not roles or machine.role in roles)

    def wanted(self, machine: Machine) -> Wanted:
        """What the provider is asked for."""
        provider = self.inventory.provider
        user_data = self._text(machine.cloud_init)
        return Wanted(
            name=machine.name,
            role=machine.role,
            virtual=provider.type == "virtual-machine",
            image=Image(provider.image, provider.image_server),
            cpu=machine.cpu,
            memory=machine.memory,
            disk=machine.disk,
            storage_pool=provider.storage_pool,
            bridge=provider.bridge,
            address=str(machine.address),
            user_data=user_data,
            interface=self.inventory.network.interface,
            profiles=tuple(name for name in machine.profiles if name != DEFAULT),
            host=machine.host,
            digest=Digest.of(self.inventory, machine, user_data).text,
        )


@dataclass(frozen=True)
class Digest:
    """What a machine was made from. `fixed`: what only a new machine can have; `first_boot`: its cloud-init file.

    Two halves, because a cloud-init file changes with every neighbour (/etc/hosts), which is no reason to make a
    machine anew.
    """

    fixed: str
    first_boot: str

    @classmethod
    def of(cls, inventory: Inventory, machine: Machine, user_data: str) -> "Digest":
        """As hagen.yaml wants it now."""
        provider = inventory.provider
        fixed = (
            *(provider.type, provider.image, provider.storage_pool, provider.bridge),
            *(machine.role, str(machine.address), machine.disk, machine.host),
        )
        return cls(_short("\n".join(fixed)), _short(user_data))

    @classmethod
    def parse(cls, text: str) -> "Digest | None":
        """As the provider kept it. None when hagen did not write it."""
        fixed, _, first_boot = text.partition(".")
        return cls(fixed, first_boot) if fixed and first_boot else None

    @property
    def text(self) -> str:
        """As the provider keeps it."""
        return f"{self.fixed}.{self.first_boot}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
