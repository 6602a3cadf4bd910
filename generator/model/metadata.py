"""metadata: and repository: what the cluster is called, and where its git repository lives."""

from pydantic import Field

from .base import Section


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
    revision: str = Field("main", description="Branch or tag that Argo CD follows.")
