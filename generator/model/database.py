"""database: the Percona XtraDB Cluster (Galera) and its backups."""

from typing import Literal

from pydantic import Field

from .base import Section
from .machines import GIB
from .types import ByteSize


class S3(Section):
    """database.backup.s3: S3-compatible storage. Its credentials are a Secret in the cluster, never in git."""

    bucket: str = Field(description="Bucket of the backups.")
    region: str = Field("us-east-1", description="Region of the bucket.")
    endpoint_url: str | None = Field(
        None,
        alias="endpointURL",
        description="Endpoint of a storage that is not AWS.",
        examples=["https://s3.example.com"],
    )
    credentials_secret: str = Field(
        "backup-s3-credentials",
        description="Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, made by hand or sealed.",
    )


class Backup(Section):
    """database.backup: scheduled backups."""

    enabled: bool = Field(default=False, description="Take backups on a schedule; needs s3.")
    schedule: str = Field(
        "0 3 * * *", description="Cron schedule (UTC): minute, hour, day of month, month, day of week."
    )
    keep: int = Field(7, ge=1, le=1000, description="Backups that are kept.")
    s3: S3 | None = Field(
        None,
        description="Where backups go.",
        examples=[{"bucket": "hagen-backups", "region": "eu-central-1"}],
    )


class Database(Section):
    """database: the MySQL-compatible cluster of the applications."""

    name: str = Field("app", description="Name of the PerconaXtraDBCluster; at most 22 characters.")
    size: int = Field(3, description="Galera nodes, 3 or 5; each on a worker of its own.")
    storage: ByteSize = Field(20 * GIB, description="Volume of each Galera node.")
    memory: ByteSize = Field(
        GIB * 3 // 2, description="Memory of each Galera node; the operator gives the greater part to InnoDB's buffers."
    )
    anti_affinity: Literal["hostname", "zone"] = Field(
        "hostname",
        description="What two Galera nodes never share: a worker (hostname), or a host of nodes[].host (zone).",
    )
    schema_name: str = Field(
        "app", alias="schema", description="Database (schema) of the applications: letters, digits, _."
    )
    user: str = Field("app", description="Database user of the applications; the operator makes its password.")
    backup: Backup = Field(default_factory=Backup, description="Backups.")
