"""metadata: and repository: what the cluster is called, and where its git repository lives."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from .base import Section, without_ends


class Metadata(Section):
    """metadata: identity of the cluster."""

    name: str = Field(
        "production",
        description="Name of the cluster and of its folders in the repository; a DNS label (a-z, 0-9, -).",
    )


class Repository(Section):
    """repository: the git repository that Argo CD syncs."""

    url: str = Field(
        "https://git.example.com/platform/production.git",
        description="Where the rendered repository is pushed to: https, ssh or scp-like (git@host:path). Never with a "
        "password in it.",
        examples=["git@git.example.com:platform/production.git"],
    )
    ssh_known_hosts: Annotated[tuple[str, ...], BeforeValidator(without_ends)] = Field(
        (),
        strict=False,
        description="Public host keys of the git server, as lines of known_hosts (ssh-keyscan prints them): for a URL "
        "with ssh whose server is none of those that Argo CD knows. Compare them with the server's own.",
        examples=[["git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE"]],
    )
    revision: str = Field("main", description="Branch or tag that Argo CD follows.")
