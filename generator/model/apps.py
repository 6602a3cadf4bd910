"""apps: the two demonstration microservices and phpMyAdmin."""

from pydantic import Field

from .base import Section


class Client(Section):
    """apps.client: the React client, served by nginx."""

    host: str = Field("client.local", description="Host name of the client.")
    image: str = Field(
        "registry.example.com/hagen/client:1.0.0",
        description="Image of the client, with its tag or digest; never latest.",
    )
    replicas: int = Field(3, ge=1, le=1000, description="Pods.")
    min_available: int = Field(2, ge=0, le=1000, description="Pods that a drain leaves running (PodDisruptionBudget).")


class Autoscaling(Section):
    """apps.server.autoscaling: the HorizontalPodAutoscaler of the server."""

    min: int = Field(3, description="Fewest pods.")
    max: int = Field(9, description="Most pods.")
    cpu: int | None = Field(70, description="Target CPU utilisation in percent of the request; null for none.")
    memory: int | None = Field(80, description="Target memory utilisation in percent of the request; null for none.")


class Server(Section):
    """apps.server: the Express server."""

    host: str = Field("server.local", description="Host name of the server.")
    image: str = Field(
        "registry.example.com/hagen/server:1.0.0",
        description="Image of the server, with its tag or digest; never latest.",
    )
    port: int = Field(3000, ge=1, le=65535, description="Port that the server listens on.")
    min_available: int = Field(2, ge=0, le=1000, description="Pods that a drain leaves running (PodDisruptionBudget).")
    autoscaling: Autoscaling = Field(default_factory=Autoscaling, description="Bounds and targets of the HPA.")


class PhpMyAdmin(Section):
    """apps.phpMyAdmin: a look into the database, for tests."""

    enabled: bool = Field(default=True, description="Render phpMyAdmin (one replica, for tests).")
    host: str = Field("phpmyadmin.local", description="Host name of phpMyAdmin.")


class Apps(Section):
    """apps: what runs on the cluster."""

    client: Client = Field(default_factory=Client, description="React client.")
    server: Server = Field(default_factory=Server, description="Express server.")
    php_my_admin: PhpMyAdmin = Field(default_factory=PhpMyAdmin, description="phpMyAdmin.")
    sources: bool = Field(
        default=True,
        description="Render the sources of the two images, their load test, and the pipeline that builds and delivers "
        "them. false: you bring images of your own. In a repository of several clusters the first one decides.",
    )
