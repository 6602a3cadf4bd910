"""The demonstration's server against a real MariaDB, over TLS."""

import hashlib
import json
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pymysql
import pytest

from tests.images.conftest import SECRETS, Site
from tests.images.server import CLIENT, Answer, Server, eventually, person

Start = Callable[..., Server]


def credentials(name: str = "ann", typed: str = "correct horse") -> dict[str, str]:
    return {key: value for key, value in person(name, typed).items() if key != "name"}


def is_problem(answer: Answer, status: int) -> dict[str, Any]:
    """RFC 9457, on every error alike."""
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json
    assert document["type"] == "about:blank"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert document["instance"].startswith("urn:uuid:")
    return document


def test_register_log_in_look_around_log_out(server: Server) -> None:
    registered = server.post("/api/register", person())
    assert registered.status == 201
    user = {"name": "Ann", "email": "ann@example.com", "id": registered.json["user"]["id"]}
    assert registered.json["user"] == user
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", registered.json["expiresAt"])
    logged_in = server.post("/api/login", credentials())
    assert logged_in.status == 200
    assert set(logged_in.json) == {"user", "token", "expiresAt"}
    token = logged_in.json["token"]
    assert token != registered.json["token"]
    assert server.get("/api/me", token).json == {"user": user}
    dashboard = server.get("/api/dashboard", token).json
    assert (dashboard["user"], dashboard["accounts"], dashboard["sessions"]) == (user, 1, 2)
    pod = socket.gethostname()
    assert [login["pod"] for login in dashboard["lastLogins"]] == [pod, pod]
    assert dashboard["served"] == {"pod": pod, "node": None}
    assert server.post("/api/logout", token=token).status == 204
    is_problem(server.get("/api/me", token), 401)
    assert server.get("/api/me", registered.json["token"]).status == 200


def test_the_node_is_the_one_that_the_pod_is_told(start: Start) -> None:
    server = start(NODE_NAME="k8s-worker-2")
    token = server.post("/api/register", person()).json["token"]
    assert server.get("/api/dashboard", token).json["served"]["node"] == "k8s-worker-2"


def test_who_answers(server: Server) -> None:
    answer = server.get("/api/db")
    assert answer.headers["x-served-by"] == answer.json["pod"] == socket.gethostname()
    assert answer.json["latencyMilliseconds"] > 0
    database = answer.json["database"]
    assert (database["node"], database["clusterSize"], database["status"]) == (socket.gethostname(), None, None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", database["time"])


def test_replicas_that_start_at_once_share_schema_and_sessions(start: Start) -> None:
    replicas = [start(ready=None) for _ in range(3)]
    for replica in replicas:
        replica.until("/startupz", 200).until("/readyz", 200)
        assert '"level":"warn"' not in replica.text()
    token = replicas[0].post("/api/register", person()).json["token"]
    assert replicas[1].get("/api/me", token).status == 200
    assert replicas[2].post("/api/logout", token=token).status == 204
    assert replicas[0].get("/api/me", token).status == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/api/me", None, {}, 401),
        ("GET", "/api/dashboard", None, {"Authorization": "Bearer " + "x" * 43}, 401),
        ("POST", "/api/logout", None, {"Authorization": "Basic YTpi"}, 401),
        ("GET", "/nothing", None, {}, 404),
        ("GET", "/api/%", None, {}, 404),
        ("GET", "/api/register", None, {}, 405),
        ("DELETE", "/api/me", None, {}, 405),
        ("POST", "/readyz", {}, {}, 405),
        ("POST", "/api/register", b"name=Ann", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("POST", "/api/register", b"\x1f\x8b", {"Content-Encoding": "gzip"}, 415),
        ("POST", "/api/register", {"name": "x" * 20000}, {}, 413),
        ("POST", "/api/register", b"{", {}, 400),
        ("POST", "/api/register", b"[]", {}, 422),
        ("POST", "/api/login", {"email": "ann@example.com"}, {}, 422),
        ("GET", "/api/stress?cpu=2", None, {}, 422),
        ("GET", "/api/stress?seconds=1&seconds=2", None, {}, 422),
        ("GET", "/api/stress?cpu=NaN", None, {}, 422),
        ("GET", "/api/stress?load=1", None, {}, 422),
    ],
)
def test_errors(server: Server, method: str, path: str, body: Any, headers: dict[str, str], status: int) -> None:
    origin = f"https://{CLIENT}"
    sent = {name.replace("-", "_"): value for name, value in headers.items()}
    answer = server.ask(method, path, body, Origin=origin, **sent)
    document = is_problem(answer, status)
    assert answer.headers["x-served-by"] == socket.gethostname()
    assert answer.headers["access-control-allow-origin"] == origin
    assert ("errors" in document) == (status == 422)
    assert ("allow" in answer.headers) == (status == 405)
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_every_field_that_is_wrong_is_named(server: Server) -> None:
    document = is_problem(server.post("/api/register", {"email": "ann", "password": "short"}), 422)
    assert [error["field"] for error in document["errors"]] == ["name", "email", "password"]
    assert all(error["detail"] for error in document["errors"])


def test_pages_of_the_client_may_ask_and_no_others(server: Server) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization,content-type"}
    granted = server.ask("OPTIONS", "/api/login", Origin=f"http://{CLIENT}:8080", **asked)
    assert granted.status == 204
    assert granted.headers["access-control-allow-origin"] == f"http://{CLIENT}:8080"
    assert granted.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    assert "POST" in granted.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in granted.headers
    refused = server.ask("OPTIONS", "/api/login", Origin="http://elsewhere.example", **asked)
    assert "access-control-allow-origin" not in refused.headers
    read = server.ask("GET", "/api/db", Origin=f"http://{CLIENT}")
    assert read.headers["access-control-expose-headers"] == "Retry-After, X-Served-By"
    assert read.headers["vary"] == "Origin"


def test_a_wrong_password_and_nobodys_address_get_the_same_answer(server: Server) -> None:
    server.post("/api/register", person())
    wrong = is_problem(server.post("/api/login", credentials(typed="wrong horse")), 401)
    nobody = is_problem(server.post("/api/login", credentials("nobody")), 401)
    assert {**wrong, "instance": ""} == {**nobody, "instance": ""}


def test_failed_log_ins_are_limited_over_all_replicas(start: Start) -> None:
    replicas = [start(LOGIN_FAILURES="3"), start(LOGIN_FAILURES="3")]
    for name in ("ann", "bob"):
        assert replicas[0].post("/api/register", person(name)).status == 201
    wrong = credentials(typed="wrong horse")
    found = [replicas[number % 2].post("/api/login", wrong).status for number in range(4)]
    assert found == [401, 401, 401, 429]
    limited = replicas[1].post("/api/login", credentials())
    is_problem(limited, 429)
    assert 1 <= int(limited.headers["retry-after"]) <= 900
    # Neither another account, nor the same one from elsewhere, is locked out.
    assert replicas[0].post("/api/login", credentials("bob")).status == 200
    assert replicas[0].post("/api/login", credentials(), X_Forwarded_For="192.0.2.7").status == 200


def test_whoever_claims_to_come_from_elsewhere_is_counted_where_the_proxy_saw_them(start: Start) -> None:
    server = start(LOGIN_FAILURES="1")
    wrong = credentials(typed="wrong horse")
    claimed = [f"198.51.100.{number}, 192.0.2.7" for number in range(3)]
    assert [server.post("/api/login", wrong, X_Forwarded_For=line).status for line in claimed] == [401, 429, 429]


def test_trying_many_accounts_from_one_address_is_limited(site: Site, start: Start) -> None:
    server = start(LOGIN_FAILURES_PER_ADDRESS="4")
    found = [server.post("/api/login", credentials(f"nobody{number}")).status for number in range(6)]
    assert found == [401, 401, 401, 401, 429, 429]
    # Those who are over the limit cannot fill the table either: four accounts and one address.
    assert execute(site, "SELECT COUNT(*) FROM attempts") == [(5,)]


def test_a_right_password_takes_the_count_back(start: Start) -> None:
    server = start(LOGIN_FAILURES="2", LOGIN_FAILURES_PER_ADDRESS="3")
    server.post("/api/register", person())
    assert server.post("/api/login", credentials(typed="wrong horse")).status == 401
    assert [server.post("/api/login", credentials()).status for _ in range(6)] == [200] * 6


def test_many_guesses_at_once_are_limited_too(start: Start) -> None:
    server = start(LOGIN_FAILURES="3")
    server.post("/api/register", person())
    wrong = credentials(typed="wrong horse")
    with ThreadPoolExecutor(12) as pool:
        found = sorted(pool.map(lambda _: server.post("/api/login", wrong).status, range(12)))
    assert found == [401] * 3 + [429] * 9


def test_the_same_registration_again_is_the_same_account(server: Server) -> None:
    first, again = server.post("/api/register", person()), server.post("/api/register", person())
    assert (first.status, again.status) == (201, 201)
    assert first.json["user"] == again.json["user"]
    assert server.get("/api/me", again.json["token"]).status == 200
    is_problem(server.post("/api/register", person(typed="another horse")), 409)
    is_problem(server.post("/api/register", {**person(), "name": "Anna"}), 409)


def test_registrations_of_one_address_at_once_make_one_account(server: Server) -> None:
    people = [person(typed=f"password {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(lambda body: server.post("/api/register", body).status, people))
    assert found == [201] + [409] * 7


def test_registering_is_no_way_around_the_limit_of_log_ins(start: Start) -> None:
    server = start(LOGIN_FAILURES="2")
    server.post("/api/register", person())
    found = [server.post("/api/register", person(typed=f"guess number {number}")).status for number in range(4)]
    assert found == [409, 409, 429, 429]


def test_the_database_has_no_password_and_no_token(site: Site, server: Server) -> None:
    token = server.post("/api/register", person()).json["token"]
    ((stored,),) = execute(site, "SELECT password_hash FROM users")
    assert stored.startswith("$argon2id$")
    ((kept,),) = execute(site, "SELECT token_hash FROM sessions")
    assert kept == hashlib.sha256(token.encode()).digest()


def test_an_expired_session_is_none(site: Site, server: Server) -> None:
    token = server.post("/api/register", person()).json["token"]
    execute(site, "UPDATE sessions SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND")
    is_problem(server.get("/api/me", token), 401)


def test_logs_are_json_and_keep_secrets(server: Server) -> None:
    registered = server.post("/api/register", person())
    server.post("/api/register", person(typed="another horse"))
    server.post("/api/login", credentials(typed="wrong horse"))
    server.get("/api/me?token=hidden", registered.json["token"])
    # A line is written when its answer has gone out.
    wanted = {("POST", "/api/register", 201), ("POST", "/api/register", 409), ("GET", "/api/me", 200)}
    eventually(lambda: {seen[1:] for seen in requests(server)}, lambda found: wanted <= found)
    text = server.text()
    for secret in ("horse", "ann@", "hidden", registered.json["token"], SECRETS[0], "argon2"):
        assert secret not in text, secret


def test_an_error_can_be_found_in_the_log(site: Site, server: Server) -> None:
    execute(site, "RENAME TABLE users TO gone")
    document = is_problem(server.post("/api/register", person()), 500)
    (line,) = eventually(lambda: [line for line in server.text().splitlines() if '"level":"error"' in line], bool)
    found = json.loads(line)
    assert found["request"] == document["instance"].removeprefix("urn:uuid:")
    assert found["err"]["code"] == "ER_NO_SUCH_TABLE"
    eventually(lambda: {seen[0] for seen in requests(server)}, lambda ids: found["request"] in ids)


def test_metrics_are_by_route(server: Server) -> None:
    server.get("/api/db")
    server.get("/whatever/a/stranger/likes")
    text = server.get("/metrics").text
    assert 'http_request_duration_seconds_count{method="GET",route="/api/db",status="200"} 1' in text
    assert 'http_request_duration_seconds_count{method="GET",route="none",status="404"} 1' in text
    assert "stranger" not in text
    assert "process_resident_memory_bytes" in text
    assert "database_connections_in_use 0" in text


def requests(server: Server) -> set[tuple[str, str, str, int]]:
    """Id, method, route and status of the requests in the log."""
    lines = [json.loads(line) for line in server.text().splitlines()]
    return {
        (line["request"], line["method"], line["route"], line["status"]) for line in lines if line["msg"] == "request"
    }


def execute(site: Site, statement: str) -> list[tuple[Any, ...]]:
    """What the database itself says."""
    connection = pymysql.connect(user="root", unix_socket=str(site.database.unix_socket), database=site.schema)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        connection.commit()
        return list(cursor.fetchall())
