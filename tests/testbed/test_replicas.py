"""The demonstration's server in front of three Galera nodes: what is acknowledged stays, whatever is killed."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pymysql
import pytest

from tests.images.server import eventually, person
from tests.testbed.daemons import database_front, galera
from tests.testbed.host import Host
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly
from tests.testbed.replicas import People, Replica, schema, serving

pytestmark = pytest.mark.testbed


@pytest.fixture(autouse=True)
def _schema(lab: Lab) -> Iterator[None]:
    with schema(lab):
        yield


def accounts(lab: Lab) -> list[dict[str, str]]:
    """The accounts that each node has by itself: address to id."""
    return [
        {str(email): str(key) for key, email in galera.execute(host, "SELECT id, email FROM shop.users")}
        for host in lab.context.of("worker")
    ]


def assert_everything_acknowledged_is_everywhere(lab: Lab, people: People) -> None:
    lab.wait_until_healthy()
    found = eventually(lambda: accounts(lab), lambda nodes: nodes[0] == nodes[1] == nodes[2])
    assert people.acknowledged.items() <= found[0].items()
    # Whoever was not answered in the end is in the table at most once, as everybody: nobody else is there.
    assert len(found[0]) - len(people.acknowledged) <= 4


def test_replicas_on_three_nodes_migrate_at_once(lab: Lab) -> None:
    nodes = lab.context.of("worker")
    replicas = [Replica(lab, number, host.address) for number, host in enumerate(nodes)]
    with serving(*replicas):
        assert [replica.database_node() for replica in replicas] == [host.name for host in nodes]
        versions = [galera.execute(host, "SELECT version FROM shop.migrations") for host in nodes]
        assert versions == [[(1,)]] * 3
        assert len(galera.execute(nodes[0], "SHOW TABLES FROM shop")) == 5


def test_one_address_on_three_nodes_at_once_is_one_account(lab: Lab) -> None:
    replicas = [Replica(lab, number, host.address) for number, host in enumerate(lab.context.of("worker"))]
    with serving(*replicas), ThreadPoolExecutor(6) as pool:
        for name in (f"person{number}" for number in range(10)):
            bodies = [person(name, f"password {number}") for number in range(6)]
            asked = [
                pool.submit(replicas[number % 3].ask, "POST", "/api/register", body)
                for number, body in enumerate(bodies)
            ]
            assert Counter(one.result().status for one in asked) == {201: 1, 409: 5}


def test_a_session_is_known_on_a_node_that_lags_behind(lab: Lab) -> None:
    """What one node acknowledged, another waits for before it answers, instead of saying that it knows of none."""
    nodes = lab.context.of("worker")
    replicas = [Replica(lab, number, host.address) for number, host in enumerate(nodes[:2])]
    with serving(*replicas), ThreadPoolExecutor(1) as pool:
        with holding_back(nodes[1]):
            registered = replicas[0].ask("POST", "/api/register", person())
            assert registered.status == 201
            assert galera.execute(nodes[1], "SELECT COUNT(*) FROM shop.users") == [(0,)]
            token = f"Bearer {registered.json['token']}"
            asked = pool.submit(replicas[1].ask, "GET", "/api/me", None, Authorization=token)
            time.sleep(0.5)
            assert not asked.done()
        assert asked.result().status == 200


@contextmanager
def holding_back(host: Host) -> Iterator[None]:
    """This node receives what the others commit, and does not apply it."""
    connection = pymysql.connect(user="root", unix_socket=str(galera.socket_of(host)))
    with connection, connection.cursor() as cursor:
        cursor.execute("FLUSH TABLES WITH READ LOCK")
        yield
        cursor.execute("UNLOCK TABLES")


def test_the_writing_node_is_killed_while_people_register(lab: Lab) -> None:
    writer = lab.context.of("worker")[0]
    replicas = (Replica(lab, 0), Replica(lab, 1))
    people = People(replicas)
    with serving(*replicas):
        with people.at_work():
            people.go_on(20)
            assert replicas[0].database_node() == writer.name
            killed = time.monotonic()
            writer.forget(galera.NAME)
            eventually(lambda: people.since(killed + 1), lambda number: number > 40, patience=60)
            assert replicas[0].database_node() in {host.name for host in lab.context.of("worker")[1:]}
            writer.start(galera.daemon(writer, lab.context))
            lab.wait_until_healthy()
            eventually(replicas[1].database_node, lambda name: name == writer.name)
        assert set(people.answers) <= {201, 503}
        assert_everything_acknowledged_is_everywhere(lab, people)


def test_the_writing_node_freezes_while_people_register(lab: Lab) -> None:
    """It keeps every connection and answers none; when it wakes up, it must not have what nobody else has."""
    writer = lab.context.of("worker")[0]
    pid = writer.process(galera.NAME)
    replica = Replica(lab, 0)
    people = People((replica,))
    with serving(replica):
        with people.at_work():
            people.go_on(20)
            signal_quietly(pid, signal.SIGSTOP)
            try:
                people.go_on(30)
            finally:
                signal_quietly(pid, signal.SIGCONT)
            lab.wait_until_healthy()
        assert set(people.answers) <= {201, 503}
        assert_everything_acknowledged_is_everywhere(lab, people)


def test_another_node_is_killed_while_people_register(lab: Lab) -> None:
    other = lab.context.of("worker")[2]
    replica = Replica(lab, 0)
    people = People((replica,))
    with serving(replica):
        with people.at_work():
            people.go_on(20)
            killed = time.monotonic()
            other.forget(galera.NAME)
            eventually(lambda: people.since(killed + 1), lambda number: number > 20, patience=60)
            other.start(galera.daemon(other, lab.context))
            lab.wait_until_healthy()
        # Writes wait until Galera gives the node up, and then go on: nobody is sent away.
        assert set(people.answers) == {201}
        assert_everything_acknowledged_is_everywhere(lab, people)


def test_answers_to_commits_get_lost_with_the_proxy(lab: Lab) -> None:
    client = lab.context.client
    replica = Replica(lab, 0)
    people = People((replica,))
    with serving(replica):
        with people.at_work():
            for _ in range(8):
                people.go_on(10)
                client.forget(database_front.NAME)
                client.start(database_front.daemon(client, lab.context))
        assert set(people.answers) <= {201, 503}
        assert_everything_acknowledged_is_everywhere(lab, people)


def test_a_replica_is_killed_while_people_register(lab: Lab) -> None:
    replicas = (Replica(lab, 0), Replica(lab, 1))
    people = People(replicas)
    with serving(*replicas):
        with people.at_work():
            for _ in range(4):
                people.go_on(10)
                replicas[1].stop()
                replicas[1].start()
                replicas[1].wait_until_ready()
        assert set(people.answers) <= {201, None, 503}
        assert_everything_acknowledged_is_everywhere(lab, people)
