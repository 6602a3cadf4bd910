"""The demonstration's server when something is wrong: with its database, with its configuration, with the machine."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.images.conftest import SECRETS, Site
from tests.images.server import SOURCES, Server, eventually, node, person
from tests.support import need, run
from tests.testbed import pki

Start = Callable[..., Server]


def test_a_bad_configuration_is_told_as_a_whole(tmp_path: Path) -> None:
    environment = {"PORT": "many", "DB_PASSWORD_FILE": str(tmp_path / "gone"), "DB_USER": "app"}
    result = subprocess.run(
        [node(), SOURCES / "src/main.js"], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert result.returncode == 78
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert {line.partition(":")[0] for line in lines[:-1]} == {
        "PORT", "CLIENT_HOST", "DB_HOST", "DB_NAME", "DB_CA_FILE", "DB_PASSWORD_FILE",
    }  # fmt: skip
    assert "ENOENT" in result.stderr
    assert "environment" in lines[-1]


def test_a_database_that_is_not_there_yet_is_waited_for(site: Site, start: Start) -> None:
    site.database.kill()
    server = start(ready=None).until("/livez", 200)
    eventually(server.text, lambda text: "migrations are not done" in text)
    assert [server.status(path) for path in ("/startupz", "/readyz", "/healthz")] == [503, 503, 200]
    refused = server.post("/api/register", person())
    assert (refused.status, refused.headers["retry-after"]) == (503, "2")
    site.database.start()
    server.until("/startupz", 200).until("/readyz", 200)
    assert server.post("/api/register", person()).status == 201


def test_a_database_that_goes_away_comes_back(site: Site, server: Server) -> None:
    token = server.post("/api/register", person()).json["token"]
    site.database.kill()
    server.until("/readyz", 503)
    assert server.status("/livez") == 200
    for answer in (server.get("/api/db"), server.get("/api/me", token), server.post("/api/login", _wrong())):
        assert answer.status == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "2"
    site.database.start()
    server.until("/readyz", 200)
    assert server.get("/api/me", token).status == 200


def test_reads_whose_connection_dies_are_not_noticed_by_anybody(site: Site, server: Server) -> None:
    token = server.post("/api/register", person()).json["token"]
    found: list[int] = []

    def killed_under_way() -> bool:
        with ThreadPoolExecutor(9) as pool:
            killing = pool.submit(site.database.execute, "DO SLEEP(0.1)", f"KILL USER {site.schema}")
            found.extend(pool.map(lambda _: server.get("/api/me", token).status, range(200)))
            killing.result()
        return 'database_retries_total{reason="lost"}' in server.get("/metrics").text

    eventually(killed_under_way, bool)
    assert set(found) == {200}


def test_registrations_while_connections_die_are_kept_and_not_doubled(site: Site, server: Server) -> None:
    def register(number: int) -> int:
        if number % 5 == 0:
            site.database.execute(f"KILL USER {site.schema}")
        return server.post("/api/register", person(f"person{number}")).status

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(register, range(40)))
    assert set(found) <= {201, 503}
    assert found.count(201) >= 30
    token = server.post("/api/register", person()).json["token"]
    for number, status in enumerate(found):
        if status == 201:
            answer = server.post("/api/login", {k: v for k, v in person(f"person{number}").items() if k != "name"})
            assert answer.status == 200, number
    assert server.get("/api/dashboard", token).json["accounts"] <= 41


def test_a_new_password_is_taken_from_its_file(site: Site, server: Server) -> None:
    token = server.post("/api/register", person()).json["token"]
    site.database.execute(f"ALTER USER {site.schema}@'%' IDENTIFIED BY '{SECRETS[1]}'")
    site.password_file.write_text(SECRETS[1] + "\n")
    site.database.execute(f"KILL USER {site.schema}")
    assert server.get("/api/me", token).status == 200
    assert server.status("/readyz") == 200


def test_a_wrong_password_makes_it_wait_and_nothing_else(site: Site, start: Start) -> None:
    site.password_file.write_text("something_else")
    server = start(ready=None).until("/startupz", 503)
    eventually(server.text, lambda text: "ER_ACCESS_DENIED_ERROR" in text)
    assert "something_else" not in server.text()
    site.password_file.write_text(SECRETS[0])
    server.until("/readyz", 200)


def test_a_database_with_another_authoritys_certificate_is_not_talked_to(start: Start, tmp_path: Path) -> None:
    others = pki.issue(tmp_path / "others", ["localhost"], ["127.0.0.1"])
    server = start(ready=None, DB_CA_FILE=str(others.ca))
    eventually(server.text, lambda text: "HANDSHAKE_SSL_ERROR" in text)
    assert server.status("/readyz") == 503


def test_a_certificate_with_another_name_is_not_enough(start: Start) -> None:
    # The certificate names localhost and 127.0.0.1; this is another way to write the same address.
    server = start(ready=None, DB_HOST="127.1")
    eventually(server.text, lambda text: "does not match certificate's altnames" in text)
    assert server.status("/readyz") == 503


def test_it_drains_before_it_stops(start: Start) -> None:
    server = start(DRAIN_SECONDS="1")
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(server.get, "/api/stress?seconds=3&cpu=0.01")
        eventually(lambda: server.get("/metrics").text, lambda text: "stress_requests 1" in text)
        server.terminate()
        server.until("/readyz", 503)
        late = server.get("/api/db")
        assert (late.status, late.headers["connection"]) == (200, "close")
        assert under_way.result().status == 200
    assert server.ended() == 0
    assert '"drained":true' in server.text()


def test_it_stops_while_its_database_is_away(site: Site, start: Start) -> None:
    site.database.kill()
    try:
        server = start(ready=None).until("/livez", 200)
        server.terminate()
        assert server.ended() == 0
    finally:
        site.database.start()


def test_stress_takes_its_time_and_leaves_the_server_free(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        began = time.monotonic()
        under_way = [pool.submit(server.get, "/api/stress?cpu=0.3") for _ in range(6)]
        eventually(lambda: server.get("/metrics").text, lambda text: "stress_requests 6" in text)
        assert server.get("/livez").status == 200
        assert not any(one.done() for one in under_way)
        answers = [one.result() for one in under_way]
    assert time.monotonic() - began >= 2
    for answer in answers:
        assert answer.status == 200
        found = answer.json
        assert (found["seconds"], found["cpu"], found["iterations"] > 0) == (2, 0.3, True)
        assert found["pod"] == answer.headers["x-served-by"]


def test_stress_has_a_bound(start: Start) -> None:
    server = start(STRESS_LIMIT="2", STRESS_CPU="0.05")
    with ThreadPoolExecutor(2) as pool:
        under_way = [pool.submit(server.get, "/api/stress?seconds=2") for _ in range(2)]
        eventually(lambda: server.get("/metrics").text, lambda text: "stress_requests 2" in text)
        refused = server.get("/api/stress?cpu=0&seconds=0")
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        assert [one.result().json["cpu"] for one in under_way] == [0.05, 0.05]
    assert server.get("/api/stress?cpu=0&seconds=0").json["iterations"] == 0


def test_what_the_image_holds_runs_as_it_will(site: Site, tmp_path: Path) -> None:
    """The files that the Dockerfile copies, nothing that only tests need, as user 10001, nothing to be written."""
    node()
    need("setpriv", "unshare", root=True)
    image = tmp_path / "image"
    image.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, image / name)
    shutil.copytree(SOURCES / "src", image / "src")
    installed = run("npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--prefer-offline", cwd=image, timeout=100)
    assert installed.returncode == 0, installed.stderr
    assert not (image / "node_modules/eslint").exists()
    dockerfile = (SOURCES / "Dockerfile").read_text()
    (line,) = [line for line in dockerfile.splitlines() if line.startswith("CMD ")]
    argv = json.loads(line.removeprefix("CMD "))
    confined = 'mount --bind "$1" /mnt && mount -o remount,bind,ro /mnt && cd /mnt && shift && exec "$@"'
    command = ("unshare", "--mount", "sh", "-ec", confined, "sh", str(image),
               "setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs", "--bounding-set=-all", *argv)  # fmt: skip
    environment = {**site.environment, "NODE_ENV": "production"}
    for name in ("DB_PASSWORD_FILE", "DB_CA_FILE"):
        copy = shutil.copy(environment[name], site.certificates.ca.parent / f"copy-{name}")
        Path(copy).chmod(0o644)
        environment[name] = str(copy)
    server = Server(tmp_path, environment).start(*command)
    try:
        server.until("/readyz", 200)
        assert server.process is not None
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        assert "Uid:\t10001\t10001\t10001\t10001" in status
        assert "CapEff:\t0000000000000000" in status
        assert server.post("/api/register", person()).status == 201
        assert server.get("/api/stress?seconds=0.1").status == 200
        server.terminate()
        assert server.ended() == 0
    finally:
        server.kill()


def test_the_dockerfile_keeps_its_promises() -> None:
    lines = (SOURCES / "Dockerfile").read_text().splitlines()
    bases = {line.split()[1] for line in lines if line.startswith("FROM ")}
    assert len(bases) == 1
    (base,) = bases
    assert base.startswith("node:26.")
    assert base.count(".") == 2
    assert "USER 10001:10001" in lines
    assert "HEALTHCHECK NONE" in lines
    sent = {line.removeprefix("!") for line in (SOURCES / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert {name for names in copied for name in names} == sent
    assert all((SOURCES / name).exists() for name in sent)


def test_the_lock_file_names_no_place_and_installs_nothing_with_scripts() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name
    assert "ignore-scripts=true" in (SOURCES / ".npmrc").read_text().splitlines()


def _wrong() -> dict[str, str]:
    return {"email": "ann@example.com", "password": "wrong horse"}
