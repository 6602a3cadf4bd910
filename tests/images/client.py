"""The built client, served by the real nginx with its very nginx.conf: the port alone is another one."""

import http.client
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.images.server import Answer, eventually, request
from tests.support import ROOT, need

SOURCES = ROOT / "gitops-template/images/client"
# As in the container: an unprivileged user, nothing writable but /tmp.
_INSIDE = """
set -eu
mount --bind "$1" /usr/share/nginx/html
mount --bind "$2" /etc/nginx/nginx.conf
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -o remount,ro,bind /
exec setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs sh -s
"""


def built() -> Path:
    """What `npm run build` made of the sources; without it the test is skipped, or fails in CI."""
    need("nginx", "unshare", "setpriv", root=True)
    page = SOURCES / "dist/index.html"
    newest = max(path.stat().st_mtime for path in (SOURCES / "src").rglob("*"))
    if page.is_file() and page.stat().st_mtime >= newest:
        return page.parent
    missing = "`make images` has not built the client as it is now"
    if os.environ.get("HAGEN_REQUIRE_TESTBED"):
        pytest.fail(missing)
    pytest.skip(missing)


@dataclass
class Client:
    """One pod of the client. `site`: what it serves."""

    site: Path
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        """Under the name that the server takes requests from."""
        return f"http://localhost:{self.port}"

    def ask(self, method: str, path: str, **headers: str) -> Answer:
        """One request, without a browser."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            return request(connection, method, path, **headers)
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to GET."""
        return self.ask("GET", path, **headers)

    def answers(self) -> bool:
        """Whether it is ready; False once it has ended."""
        try:
            return self.process.poll() is None and self.get("/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False


def begin(directory: Path, configuration: str) -> Client:
    """Start one, without waiting."""
    site, log, conf = directory / "site", directory / "log", directory / "nginx.conf"
    directory.mkdir(exist_ok=True)
    shutil.copytree(built(), site)
    (site / "configuration").mkdir()
    (site / "configuration/configuration.json").write_text(configuration)
    with socket.create_server(("", 0)) as free:
        port: int = free.getsockname()[1]
    text = (SOURCES / "nginx.conf").read_text()
    assert text.count("listen 8080;") == 1
    conf.write_text(text.replace("listen 8080;", f"listen {port};"))
    log.touch(0o666)
    log.chmod(0o666)
    command = ["unshare", "--mount", "--propagation=private", "sh", "-c", _INSIDE, "sh", str(site), str(conf)]
    with log.open("ab") as output, (SOURCES / "start.sh").open() as script:
        process = subprocess.Popen(command, stdin=script, stdout=output, stderr=output)
    return Client(site, port, log, process)


@contextmanager
def served(directory: Path, server: str) -> Iterator[Client]:
    """One that serves. `server`: host and port of the API, as the configuration names it."""
    client = begin(directory, json.dumps({"server": f"//{server}"}))
    try:
        eventually(client.answers, bool, client.log.read_text)
        yield client
    finally:
        client.process.terminate()
        client.process.wait(20)
