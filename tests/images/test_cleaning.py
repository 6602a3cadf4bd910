"""What nobody needs any more leaves the database, and nothing else does."""

import json
from collections.abc import Callable

from tests.images.conftest import Site
from tests.images.server import SOURCES, Server, node, person
from tests.images.test_server import execute
from tests.support import run

# What main.js puts together, without the timer.
_CLEAN = """
const [sources, port, name, user, passwordFile, caFile] = process.argv.slice(1);
const load = (path) => import(`${sources}/src/${path}.js`);
const { clean } = await load('accounts/cleaning');
const { readCredentials } = await load('database/credentials');
const { Database } = await load('database/database');
const { Pools } = await load('database/pools');
const { createMetrics } = await load('metrics');
const settings = { host: 'localhost', port: Number(port), name, user, connections: 1, connectMilliseconds: 2000 };
const pools = new Pools(settings, () => readCredentials({ passwordFile, caFile }));
const database = new Database(pools, 5000, createMetrics());
console.log(JSON.stringify(await clean(database)));
await database.end();
"""


def test_expired_rows_go_and_others_stay(site: Site, start: Callable[..., Server]) -> None:
    server = start()
    token = server.post("/api/register", person()).json["token"]
    assert server.post("/api/login", {"email": "ann@example.com", "password": "wrong horse"}).status == 401
    kept = {table: execute(site, f"SELECT * FROM {table}") for table in ("sessions", "logins", "attempts")}  # noqa: S608
    execute(
        site,
        "INSERT INTO sessions SELECT UNHEX(SHA2(seq, 256)), 'x', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_2500",
    )
    execute(site, "INSERT INTO logins VALUES ('old', 'x', UTC_TIMESTAMP(3) - INTERVAL 91 DAY, 'pod')")
    execute(site, "INSERT INTO attempts VALUES (UNHEX(SHA2('old', 256)), 1, 5)")
    environment = site.environment
    names = ("DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD_FILE", "DB_CA_FILE")
    values = [environment[name] for name in names]
    result = run(node(), "--input-type=module", "--eval", _CLEAN, SOURCES, *values)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == 2502
    assert {table: execute(site, f"SELECT * FROM {table}") for table in kept} == kept  # noqa: S608
    assert server.get("/api/me", token).status == 200
