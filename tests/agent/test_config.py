"""agent.yaml: what the loader refuses, and how it says so."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hagen.agent.config import ConfigError, load_config
from tests.support import VALID, planned, rendered

REFERENCE = next(path for path in VALID if path.stem == "reference")


@pytest.fixture
def document() -> dict[str, object]:
    name = planned(REFERENCE.read_bytes()).name
    loaded: dict[str, object] = yaml.safe_load(rendered(REFERENCE)[f"clusters/{name}/agent.yaml"].content)
    return loaded


def problems_of(content: str, directory: Path) -> tuple[str, ...]:
    path = directory / "agent.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return caught.value.problems


def test_every_problem_is_named_at_once(document: dict[str, object], tmp_path: Path) -> None:
    wrong = document | {"unheardOf": 1, "cluster": 5, "kind": "Cluster"}
    del wrong["loadBalancers"]
    problems = "\n".join(problems_of(yaml.safe_dump(wrong), tmp_path))
    for key in ("unheardOf", "cluster", "kind", "loadBalancers"):
        assert key in problems


def test_what_contradicts_is_named_beside_what_is_wrong(document: dict[str, Any], tmp_path: Path) -> None:
    document["etcd"] |= {"quorum": 9, "unheardOf": 1}
    document["galera"] |= {"quorum": 9, "user": 5}
    document["autoscalers"][0] |= {"min": 99, "name": 5}
    problems = "\n".join(problems_of(yaml.safe_dump(document), tmp_path))
    for key in (
        "etcd.quorum",
        "etcd.unheardOf",
        "galera.quorum",
        "galera.user",
        "autoscalers[0].max",
        "autoscalers[0].name",
    ):
        assert f" {key}: " in problems, problems


@pytest.mark.parametrize("content", ["", "[]", "a: [", "just text", "\x00"])
def test_what_is_no_such_file_is_refused(content: str, tmp_path: Path) -> None:
    assert problems_of(content, tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load_config(tmp_path / "nowhere.yaml")


def test_addresses_are_addresses(document: dict[str, object], tmp_path: Path) -> None:
    text = yaml.safe_dump(document).replace("10.196.35.30", "10.196.35.300")
    assert any("virtualIP" in problem for problem in problems_of(text, tmp_path))


def change(document: dict[str, object], path: str, value: object) -> str:
    """The document with one value replaced."""
    *around, last = path.split(".")
    section: Any = document
    for key in around:
        section = section[int(key)] if key.isdigit() else section[key]
    section[int(last) if last.isdigit() else last] = value
    return yaml.safe_dump(document, sort_keys=False)


CASES = {
    "number for text": ("cluster", 5, "cluster: must be text, not '5'; put it in quotes"),
    "text for number": (
        "listen.port",
        "9790",
        "listen.port: must be a whole number, not '9790'; write a number without quotes",
    ),
    "port out of range": ("listen.port", 70000, "listen.port: must be less than or equal to 65535, not '70000'; "),
    "no section": ("galera", "app", "galera: must be a section with keys of its own, not 'app'; "),
    "no list": ("autoscalers", "server", "autoscalers: must be a list, not 'server'; "),
    "unknown key": (
        "etcd.members.0.metricURL",
        "x",
        "metricURL: there is no key 'metricURL' here; did you mean metricsURL?",
    ),
    "unknown key at the top": ("zzz", "x", "zzz: there is no key 'zzz' here; remove it; keys here: apiVersion, kind, "),
    "a name for an address": (
        "apiServers.members.1.url",
        "https://api.example:6443",
        "apiServers.members[1].url: 'https://api.example:6443' is no URL of an address; write https://",
    ),
    "plain HTTP": (
        "apiServers.endpoint",
        "http://10.0.0.1:6443",
        "apiServers.endpoint: 'http://10.0.0.1:6443' is no URL",
    ),
    "braces": ("apiServers.endpoint", "{x}", "is no URL of an address"),
    "port of a URL": ("etcd.members.0.metricsURL", "http://10.0.0.1:99999", "is no URL of an address"),
    "not an address": (
        "virtualIP.address",
        "10.0.0.300",
        "virtualIP.address: '10.0.0.300' is no IPv4 address; write four numbers",
    ),
    "another kind": ("kind", "Cluster", "kind: must be 'Agent', not 'Cluster'; "),
    "quorum out of reach": (
        "etcd.quorum",
        9,
        "etcd.quorum: a quorum of 9 is more than there are: 3; a majority of 3 is 2",
    ),
    "quorum of the database": (
        "galera.quorum",
        9,
        "galera.quorum: a quorum of 9 is more than there are: 3; a majority of 3 is 2",
    ),
    "minimum over maximum": ("autoscalers.0.min", 99, "autoscalers[0].max: min 99 is more than max "),
    "one name twice": (
        "etcd.members.0.name",
        "k8s-master-2",
        "etcd.members: k8s-master-2 stands there more than once; give each",
    ),
    "one place twice": (
        "etcd.members.0.metricsURL",
        "http://10.196.35.21:2381",
        "etcd.members: http://10.196.35.21:2381 is asked for more than one of them; give each entry its own machine's",
    ),
    **{
        f"one place in other words: {url}": (
            "etcd.members.0.metricsURL",
            url,
            "etcd.members: http://10.196.35.21:2381 is asked for more than one of them; give each entry its own machine's",
        )
        for url in ("http://10.196.35.21:2381/", "HTTP://10.196.35.21:02381", "https://[::ffff:10.196.35.21]:2381//")
    },
    **{
        f"no plain URL: {url}": (
            "etcd.members.0.metricsURL",
            url,
            f"metricsURL: {url!r} is more than a URL of an address; ",
        )
        for url in (
            "http://a:b@10.0.0.1:2381",
            "http://10.0.0.1:2381/?a=b",
            "http://10.0.0.1:2381/#a",
            "http://10.0.0.1:2381/a b",
            "http://10.0.0.1:2381/a\r\nX: y",
            "http://10.0.0.1:2381/\u20ac",
        )
    },
    "everybody's address": (
        "etcd.members.0.metricsURL",
        "http://0.0.0.0:2381",
        "metricsURL: 'http://0.0.0.0:2381' is no URL of an address",
    ),
    "no text": ("virtualIP.interface", "", "virtualIP.interface: must be text, not ''; write what it is called"),
    "two lines": ("cluster", "a\nb", "cluster: must be text on one line, not 'a\\nb'; "),
    "a file with a zero": ("haproxy.socket", "a\0b", "haproxy.socket: must be text on one line, not 'a\\x00b'; "),
    "an interval without end": ("virtualIP.advertMilliseconds", 10**30, "virtualIP.advertMilliseconds: must be "),
    "a key that steers the terminal": ("\x1b[31m\n", 1, "'\\x1b[31m\\n': there is no key '\\x1b[31m\\n' here; "),
    "a certificate without TLS": (
        "peers",
        {"certificateFile": "/x", "keyFile": "/y"},
        "peers: certificateFile without caFile; write caFile too: without it there is no TLS",
    ),
    "two mistakes in one section": (
        "peers",
        {"keyFile": "/x", "username": "a:b"},
        "peers: username and passwordFile belong together, keyFile without certificateFile, a user's name with a colon; ",
    ),
    "a load balancer at the virtual IP": (
        "loadBalancers.1.address",
        "10.196.35.30",
        "loadBalancers: k8s-lb-2 has the virtual IP, 10.196.35.30, for its address; write the machine's own",
    ),
    "an API server through the virtual IP": (
        "apiServers.members.1.url",
        "https://10.196.35.30:6443",
        "apiServers: k8s-master-2 has the virtual IP, 10.196.35.30, for its address; write the machine's own",
    ),
    "a member at the virtual IP": (
        "etcd.members.1.metricsURL",
        "http://10.196.35.30:2381",
        "etcd: k8s-master-2 has the virtual IP",
    ),
    "a user without a password": (
        "peers",
        {"username": "peer"},
        "peers: username and passwordFile belong together; write both, or neither",
    ),
    "a password without a user": (
        "peers",
        {"passwordFile": "/x"},
        "peers: username and passwordFile belong together; write both, or neither",
    ),
    "a key without its certificate": ("peers", {"keyFile": "/x"}, "peers: keyFile without certificateFile; write"),
    "a user with a colon": ("peers", {"username": "a:b", "passwordFile": "/x"}, "peers: a user's name with a colon;"),
    "nothing": ("cluster", None, "cluster: must be text, not nothing; "),
    "a control character": ("kind", "\x1b[31m", "not '\\x1b[31m'; "),
}


@pytest.mark.parametrize("name", CASES)
def test_cause_and_remedy(document: dict[str, object], tmp_path: Path, name: str) -> None:
    path, value, expected = CASES[name]
    (problem,) = problems_of(change(document, path, value), tmp_path)
    assert expected in problem
    assert problem.startswith(f"{tmp_path / 'agent.yaml'}:")


def test_a_problem_has_the_place_of_its_key(document: dict[str, object], tmp_path: Path) -> None:
    content = change(document, "etcd.members.1.metricsURL", 7)
    (problem,) = problems_of(content, tmp_path)
    line = int(problem.split(":")[1])
    assert content.splitlines()[line - 1].strip() == "metricsURL: 7"
    assert content.splitlines()[line - 1][int(problem.split(":")[2]) - 1 :].startswith("metricsURL")


def test_problems_stand_in_the_order_of_the_file(document: dict[str, object], tmp_path: Path) -> None:
    change(document, "galera.size", "x")
    change(document, "cluster", 1)
    content = change(document, "virtualIP.interface", 2) + "cluster: again\n"
    lines = [int(problem.split(":")[1]) for problem in problems_of(content, tmp_path)]
    assert len(lines) == 4
    assert lines == sorted(lines)


@pytest.mark.parametrize(("content", "expected"), [
    ("", ":1:1: error: the file is empty; render it"),
    ("a: [", ":1:5: error: the file is not YAML: "),
    ("\ta: 1", ":1:1: error: the file is not YAML: "),
    ("a: 1\nb: 2\nb: 3\n", ":3:1: error: b: b stands twice; keep one"),
    ("a: &x 1\nb: *x\n", ":1:4: error: an alias (*name)"),
    ("a: &x [*x]\n", "an alias (*name)"),
    ("[" * 30 + "]" * 30, "nested too deeply"),
    ("[" * 30000, "nested too deeply"),
    ("a: 1\n---\nb: 2\n", "the file is not YAML: but found another document"),
    ("a: !!python/object:os.system 1\n", "the file is not YAML: could not determine a constructor"),
    ("a: 2026-13-45\n", "a: there is no key 'a' here"),
    ("a: !!bool maybe\n", "a: there is no key 'a' here"),
    ("a: !!timestamp soon\n", "a: there is no key 'a' here"),
    ("listen: {port: 0x" + "f" * 6000 + "}\n", "listen.port: must be a whole number, not '0xfff"),
    ('"\\e[31m": 1\n"\\e[31m": 1\n', ":2:1: error: '\\x1b[31m': '\\x1b[31m' stands twice; keep one"),
    ("? [1]\n: 2\n", "there is no key '?' here"),
    ("\x00", "the file is not YAML: "),
    ("x" * 2**20 + "x", "larger than 1 MiB"),
])  # fmt: skip
def test_what_is_wrong_with_the_file_itself(tmp_path: Path, content: str, expected: str) -> None:
    assert expected in "\n".join(problems_of(content, tmp_path))


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "agent.yaml").write_bytes(b"cluster: \xff")
    with pytest.raises(ConfigError, match="not UTF-8 text; save it"):
        load_config(tmp_path / "agent.yaml")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(alphabet="ab:-[]{}&*!|>'\"#%?, \n\t1", max_size=60).map(str.encode))
def test_no_content_is_a_defect(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "agent.yaml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "agent.yaml")
    assert caught.value.problems
