"""Versions that hagen renders, and what they go together with: compatibility.yaml, read once and strictly."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field


def minor(version: str) -> tuple[int, int]:
    """Major and minor of a version as numbers: v1.36.2 -> (1, 36)."""
    major, minor_number, *_ = version.removeprefix("v").split(".")
    return int(major), int(minor_number)


@dataclass(frozen=True, slots=True)
class Range:
    """Minors from the first to the last, both included; None is open."""

    first: str | None
    last: str | None

    def __contains__(self, version: str) -> bool:
        number = minor(version)
        above = self.first is None or number >= minor(self.first)
        return above and (self.last is None or number <= minor(self.last))

    def __str__(self) -> str:
        if self.first and self.last:
            return f"{self.first} to {self.last}"
        return f"{self.first} and later" if self.first else f"up to {self.last}" if self.last else "any version"

    def nearest(self, version: str) -> str:
        """The end of the range that lies on the version's side, or the version itself when it is inside."""
        if version in self:
            return version
        if self.first is not None and minor(version) < minor(self.first):
            return self.first
        return self.last or version


@dataclass(frozen=True, slots=True)
class AddOn:
    """A component that the rendered repository pins."""

    version: str
    kubernetes: Range
    retired: str | None


@dataclass(frozen=True, slots=True)
class Compatibility:
    """The whole matrix."""

    default: str
    supported: Range
    kubeadm_api: str
    formats: dict[int, Range]
    images: dict[str, str]
    last_kubernetes_of_1: str
    addons: dict[str, AddOn]

    def format_of(self, containerd: str) -> int:
        """The configuration format of a release of containerd."""
        return next(number for number, releases in self.formats.items() if containerd in releases)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_Bounds = tuple[str | None, str | None]


class _Kubernetes(_Entry):
    default: str
    supported: _Bounds = Field(strict=False)
    source: str


class _Kubeadm(_Entry):
    api: str


class _Format(_Entry):
    version: int
    containerd: _Bounds = Field(strict=False)


class _Containerd(_Entry):
    formats: list[_Format]
    last_kubernetes_of_1: str
    images: dict[str, str]
    source: str


class _AddOn(_Entry):
    version: str
    kubernetes: _Bounds = Field(strict=False)
    source: str
    retired: str | None = None


class _File(_Entry):
    kubernetes: _Kubernetes
    kubeadm: _Kubeadm
    containerd: _Containerd
    addons: dict[str, _AddOn]


_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def compatibility() -> Compatibility:
    """The matrix of this release."""
    text = resources.files(__package__).joinpath("compatibility.yaml").read_text(encoding="utf-8")
    return read(text)


def read(text: str) -> Compatibility:
    """The matrix of a file; pydantic's ValidationError when the file is not one."""
    file = _File.model_validate(yaml.load(text, _LOADER))  # noqa: S506  # both are safe loaders
    return Compatibility(
        default=file.kubernetes.default,
        supported=Range(*file.kubernetes.supported),
        kubeadm_api=file.kubeadm.api,
        formats={entry.version: Range(*entry.containerd) for entry in file.containerd.formats},
        images=file.containerd.images,
        last_kubernetes_of_1=file.containerd.last_kubernetes_of_1,
        addons={
            name: AddOn(entry.version, Range(*entry.kubernetes), entry.retired) for name, entry in file.addons.items()
        },
    )
