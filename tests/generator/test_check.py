"""`hagen check` as a whole: all problems at once, none made up, in the order of the file; remedies that cure."""

import re
from pathlib import Path

import pytest

from hagen.generator.check import Report, check, check_file
from hagen.generator.load import parse
from hagen.generator.rules import all_rules, applicable

HEAD = "apiVersion: hagen.dev/v1alpha1\nkind: Cluster\n"
INVALID = Path(__file__).resolve().parents[1] / "fixtures" / "invalid"


def checked(body: str) -> Report:
    return check(parse((HEAD + body).encode()))


def codes(body: str) -> list[str]:
    return [problem.code for problem in checked(body).problems]


def test_the_smallest_file_is_right() -> None:
    report = checked("")
    assert report.problems == ()
    assert report.cluster is not None
    assert report.cluster.metadata.name == "production"


def test_warnings_leave_the_cluster() -> None:
    report = checked("access: {passwordLogin: true}\n")
    assert (report.errors, report.warnings) == (0, 1)
    assert report.cluster is not None


def test_problems_stand_in_the_order_of_the_file() -> None:
    report = check_file(INVALID / "combination-one-of-each-kind.yaml")
    places = [(problem.line, problem.column) for problem in report.problems]
    assert places == sorted(places)
    assert len(places) > 5


def test_a_problem_is_ready_for_json() -> None:
    (problem,) = checked("metadata: {name: A}\n").problems
    assert problem.as_dict() | {"message": "", "remedy": ""} == {
        "line": 3,
        "column": 18,
        "code": "HG402",
        "severity": "error",
        "path": "metadata.name",
        "message": "",
        "remedy": "",
    }


@pytest.mark.parametrize(
    "body",
    [
        "network: {cidr: bad, virtualIP: 10.9.9.9, gateway: 10.9.9.1}\n",
        "network: {cdir: 10.0.0.0/24, virtualIP: 10.0.0.30}\n",
        "network: {cidr: 10.0.0.0/24, virtualIP: 10.0.0.30}\nnetwork: {}\n",
        "network: !custom {cidr: 10.0.0.0/24}\n",
        "nodes: [{name: a, role: worker, address: 10.196.35.50, rank: 1}, {rolle: worker}]\n",
        "nodes:\n",
        "nodes: [1]\n",
        "kubernetes: {podCIDR: 10.0.0.0/8, serviceCIDR: 10.0.0.0}\n",
        "database: {size: many}\nnodes: [{name: a, role: x, address: 10.196.35.50}]\n",
        "kubernetes: {version: 1.20}\n",
        "ingress: {controller: ingres-nginx}\n",
        "database: {backup: {enabled: true, s3: {}}}\n",
    ],
)
def test_one_mistake_makes_up_no_other(body: str) -> None:
    syntax = {"HG102", "HG103", "HG104", "HG105", "HG106", "HG108", "HG110", "HG701"}
    assert set(codes(body)) <= syntax
    assert codes(body)


def test_one_mistake_hides_no_other() -> None:
    assert codes("network: {cidr: bad, mtu: 1}\ndatabase: {size: 4}\naccess: {user: root}\n") == [
        "HG108",
        "HG107",
        "HG207",
        "HG412",
    ]


def test_rules_that_read_a_refused_value_are_left_out() -> None:
    every = list(all_rules())
    assert list(applicable(frozenset())) == every
    fewer = list(applicable(frozenset({("network", "cidr")})))
    assert 0 < len(fewer) < len(every)
    by_entry = [rule for rule in every if rule.each == (("nodes",),)]
    assert set(by_entry) <= set(applicable(frozenset({("nodes", 3, "name")})))
    assert not set(by_entry) & set(applicable(frozenset({("nodes",)})))


REMEDY = re.compile(r"(?:write|did you mean|add it:) (?:[\w.]+: )?(?P<value>[^\s?;]+)")


@pytest.mark.parametrize(
    "body",
    [
        "metadata: {name: Produktion}\n",
        "network: {cidr: 10.196.35.0/28}\n",
        "network: {cidr: 10.196.35.5/24}\n",
        "network: {virtualIP: 10.9.9.9}\n",
        "network: {virtualIP: 10.196.35.20}\n",
        "network: {gateway: 10.9.9.9}\n",
        "network: {bridge: my bridge}\n",
        "network: {vrrp: {routerID: 300}}\n",
        "network: {vrrp: {advertInterval: 104ms}}\n",
        "kubernetes: {podCIDR: 10.244.0.0/23}\n",
        "kubernetes: {podCIDR: 0.0.0.0/3}\n",
        "kubernetes: {podCIDR: 8.8.0.0/16}\n",
        "kubernetes: {serviceCIDR: 10.96.0.0/30}\n",
        "kubernetes: {serviceCIDR: 10.244.0.0/20}\n",
        "kubernetes: {version: 1.35}\n",
        "kubernetes: {version: 1.12.0}\n",
        "kubernetes: {containerd: {configVersion: 4}}\n",
        "database: {size: 4}\n",
        "database: {name: a-name-that-is-really-too-long}\n",
        "database: {schema: my-app}\n",
        "database: {schema: table}\n",
        "database: {storage: 100MiB}\n",
        "ingress: {replicas: 9}\n",
        "ingress: {controller: ngninx-gateway-fabric}\n",
        "monitoring: {haproxyPort: 443}\n",
        "monitoring: {haproxyPort: 9790}\n",
        "apps: {server: {minAvailable: 5}}\n",
        "apps: {client: {replicas: 1}}\n",
        "apps: {server: {host: client.local}}\n",
        "machines: {controlPlane: {memory: 1GiB}}\n",
        "repository: {url: http://git.example.com/team/cluster.git}\n",
        "repository: {revision: hagen}\n",
        "access: {user: Me}\n",
    ],
)
def test_the_remedy_cures(body: str) -> None:
    (problem,) = checked(body).problems
    match = REMEDY.search(problem.remedy)
    assert match is not None, problem.remedy
    document = parse((HEAD + body).encode())
    lines = (HEAD + body).splitlines()
    line, start = lines[problem.line - 1], problem.column - 1
    end = re.compile(r"[,}]|$").search(line, start)
    assert end is not None
    assert document.findings == []
    lines[problem.line - 1] = line[:start] + match["value"].rstrip(",") + line[end.start() :]
    remaining = [found.code for found in check(parse("\n".join(lines).encode())).problems if found.severity == "error"]
    assert remaining == []


def machines(count: int) -> bytes:
    lines = [
        "apiVersion: hagen.dev/v1alpha1",
        "kind: Cluster",
        "kubernetes: {podCIDR: 10.240.0.0/13}",
        "network: {cidr: 10.200.0.0/16}",
        "nodes:",
    ]
    for index in range(count):
        role = "load-balancer" if index < 2 else "control-plane" if index < 7 else "worker"
        address = f"10.200.{1 + index // 200}.{index % 200 + 1}"
        lines.append(f"  - {{name: m-{index}, role: {role}, address: {address}, host: h{index % 9}}}")
    return "\n".join(lines).encode()


def test_many_machines_are_judged_like_few() -> None:
    report = check(parse(machines(500)))
    assert report.cluster is not None
    assert len(report.cluster.nodes) == 500
    assert report.errors == 0


def test_each_of_many_mistakes_is_found() -> None:
    content = machines(500).replace(b"10.200.1.", b"10.201.1.")
    report = check(parse(content))
    outside = [problem for problem in report.problems if problem.code == "HG305"]
    assert len(outside) == content.count(b"10.201.1.")
