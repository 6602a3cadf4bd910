"""metadata: and repository: what the cluster is called, and where its git repository lives."""

import re
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from .base import Section, without_ends

Forge = Literal["github", "gitlab", "none"]
_HOST: Final = re.compile(r"(?:[a-z]+://)?(?:[^@/]*@)?(?P<host>[^/:]+)")


def forge(url: str) -> Forge:
    """The forge that a repository's URL gives away: a label of its host is github or gitlab."""
    match = _HOST.match(url.lower())
    labels = match["host"].split(".") if match else []
    if "github" in labels:
        return "github"
    return "gitlab" if "gitlab" in labels else "none"


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
    forge: Forge = Field(
        default_factory=lambda data: forge(data["url"]),
        description="Whose pipelines build the images (see apps.sources): github (Forgejo and Gitea read them too), "
        "gitlab or none. Default: what the host in url says, none where it says nothing.",
    )
