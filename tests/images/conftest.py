"""A rendered repository with a remote; a MariaDB that speaks TLS, and servers in front of it."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.bootstrap.prober.mariadb import MariaDB, mariadb
from tests.images.clone import CONFIGURATION, Clone
from tests.images.server import Server, node
from tests.testbed import pki

_NUMBERS = itertools.count()
SECRETS = ("first_Password1", "second_Password2")


@dataclass(frozen=True)
class Site:
    """A database with an empty schema of its own for one test, and the files that the cluster would mount."""

    database: MariaDB
    directory: Path
    certificates: pki.Certificates
    schema: str

    @property
    def password_file(self) -> Path:
        return self.directory / "password"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DB_HOST": "localhost", "DB_PORT": str(self.database.port), "DB_NAME": self.schema, "DB_USER": self.schema,
            "DB_PASSWORD_FILE": str(self.password_file), "DB_CA_FILE": str(self.certificates.ca),
        }  # fmt: skip


@pytest.fixture(scope="session")
def shared_site() -> Iterator[Site]:
    node()
    with TemporaryDirectory(prefix="certificates-") as name:
        Path(name).chmod(0o755)
        certificates = pki.issue(Path(name) / "pki", ["localhost"], ["127.0.0.1"])
        # mariadbd reads its key as its own user.
        certificates.key.chmod(0o644)
        options = (f"--ssl-cert={certificates.certificate}", f"--ssl-key={certificates.key}")
        with mariadb(*options) as database:
            yield Site(database, Path(name), certificates, "")


@pytest.fixture
def site(shared_site: Site, tmp_path: Path) -> Iterator[Site]:
    """Plain connections are refused to its user."""
    schema = f"test_{next(_NUMBERS)}"
    shared_site.database.execute(
        f"CREATE DATABASE {schema}",
        f"CREATE USER {schema}@'%' IDENTIFIED BY '{SECRETS[0]}' REQUIRE SSL",
        f"GRANT ALL ON {schema}.* TO {schema}@'%'",
    )
    found = replace(shared_site, directory=tmp_path, schema=schema)
    found.password_file.write_text(SECRETS[0])
    yield found
    shared_site.database.execute(f"DROP DATABASE {schema}", f"DROP USER {schema}@'%'")


@pytest.fixture
def start(site: Site, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a replica with further variables, and wait until it is ready; `ready=None`: do not wait."""
    servers: list[Server] = []

    def starting(ready: int | None = 200, **environment: str) -> Server:
        server = Server(tmp_path, {**site.environment, **environment}, f"server-{len(servers)}")
        servers.append(server.start())
        return server if ready is None else server.until("/readyz", ready)

    yield starting
    for server in servers:
        server.kill()


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    return start()


@pytest.fixture(scope="session")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare clone of a rendered repository; to be copied, not to be changed."""
    directory = tmp_path_factory.mktemp("rendered")
    (directory / "hagen.yaml").write_bytes(CONFIGURATION)
    first = Clone(directory)
    result = first.run("hagen", "render", "-o", "rendered")
    assert result.returncode == 0, result.stdout + result.stderr
    first.git("clone", "--quiet", "--bare", "rendered", "remote.git")
    return directory / "remote.git"


@pytest.fixture
def clone(remote: Path, tmp_path: Path) -> Clone:
    """A clone of a rendered repository whose remote is a bare one beside it."""
    shutil.copytree(remote, tmp_path / "remote.git")
    Clone(tmp_path).git("clone", "--quiet", str(tmp_path / "remote.git"), "clone")
    return Clone(tmp_path / "clone")
