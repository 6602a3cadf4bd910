"""Least privilege: what the collectors ask the API is what the rendered Roles grant, no less and no more."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hagen.agent.collectors.galera import GaleraCollector
from hagen.agent.collectors.hpa import HPACollector
from hagen.agent.config import AgentConfig, load_config
from tests.agent.kubernetes.apiserver import REFUSED, ApiServer, error
from tests.agent.kubernetes.fixtures import Hall
from tests.gitops.build import Object, build, documents, topology, tree
from tests.support import VALID, name_of

FIXTURES = [path for path in VALID if path.stem in {"reference", "odd-names", "applications", "backups"}]
ACCOUNT = {"kind": "ServiceAccount", "name": "hagen-agent", "namespace": "monitoring"}


@dataclass(frozen=True)
class Right:
    """What the authorizer is asked; `name` None: the whole collection."""

    namespace: str
    group: str
    resource: str
    verb: str
    name: str | None


def asked(path: str) -> list[Right]:
    """The rights that a GET needs (https://kubernetes.io/docs/reference/access-authn-authz/authorization/)."""
    parts = path.strip("/").split("/")
    group = "" if parts[0] == "api" else parts[1]
    at = parts.index("namespaces")
    namespace, resource, *rest = parts[at + 1 :]
    if not rest:
        return [Right(namespace, group, resource, "list", None)]
    if len(rest) == 1:
        return [Right(namespace, group, resource, "get", rest[0])]
    # A websocket is a GET; since 1.35 the API asks for create besides.
    return [Right(namespace, group, f"{resource}/{rest[1]}", verb, rest[0]) for verb in ("get", "create")]


def granted(objects: list[Object]) -> set[Right]:
    """What the account may do by the Roles that are bound to it, one by one."""
    roles = {
        (role["metadata"]["namespace"], role["metadata"]["name"]): role["rules"]
        for role in objects
        if role["kind"] == "Role"
    }
    rights: set[Right] = set()
    for binding in objects:
        if binding["kind"] == "RoleBinding" and ACCOUNT in binding["subjects"]:
            namespace = binding["metadata"]["namespace"]
            assert binding["roleRef"]["kind"] == "Role"
            for rule in roles[namespace, binding["roleRef"]["name"]]:
                names = rule.get("resourceNames", [None])
                product = itertools.product(rule["apiGroups"], rule["resources"], rule["verbs"], names)
                rights |= {Right(namespace, *one) for one in product}
    return rights


def monitoring(fixture: Path) -> list[Object]:
    (overlay,) = build(tree(fixture), [f"monitoring/overlays/{topology(fixture).name}"])
    assert not overlay.error
    return list(overlay.objects)


def requests(hall: Hall, fixture: Path, directory: Path) -> Iterator[Right]:
    """What both collectors ask, configured as rendered, of a cluster as rendered."""
    path = directory / "agent.yaml"
    path.write_bytes(tree(fixture)[f"clusters/{topology(fixture).name}/agent.yaml"])
    config = load_config(path)
    server = cluster(config, fixture)
    client = hall.client(hall.serve(server).url)
    (directory / "password").write_text("x")
    galera = config.galera.model_copy(update={"password_file": str(directory / "password")})
    assert len(GaleraCollector(galera, client, deadline=5).collect().nodes) == galera.size
    found = HPACollector(config.autoscalers, client, deadline=5).collect().autoscalers
    assert found
    assert all(autoscaler.present for autoscaler in found.values())
    for asked_path, _, _ in server.requests:
        yield from asked(asked_path)


def cluster(config: AgentConfig, fixture: Path) -> ApiServer:
    """It has the pods that the operator makes, and the autoscalers that are rendered."""
    database = config.galera
    pods = [f"{database.name}-pxc-{number}" for number in range(database.size)]
    listed: dict[str, Any] = {
        f"/api/v1/namespaces/{database.namespace}/pods": [{"metadata": {"name": name}} for name in pods]
    }
    rendered = [
        one
        for path, content in tree(fixture).items()
        if path.startswith("apps/") and path.endswith(".yaml")
        for one in documents(content)
    ]
    for autoscaler in config.autoscalers:
        key = f"/apis/autoscaling/v2/namespaces/{autoscaler.namespace}/horizontalpodautoscalers"
        listed[key] = [
            one for one in rendered if isinstance(one, dict) and one.get("kind") == "HorizontalPodAutoscaler"
        ]
    answers: dict[str, Any] = {path: (200, {"items": items}) for path, items in listed.items()}
    return ApiServer(answers, {name: error(REFUSED) for name in pods})


@pytest.mark.parametrize("fixture", FIXTURES, ids=name_of)
def test_the_roles_grant_what_is_asked_and_nothing_else(hall: Hall, fixture: Path, tmp_path: Path) -> None:
    needed, rights = set(requests(hall, fixture, tmp_path)), granted(monitoring(fixture))
    assert needed - rights == set(), "asked, and refused"
    assert rights - needed == set(), "granted, and never asked"


def test_nothing_else_names_the_account() -> None:
    kinds: Mapping[str, list[str]] = {}
    for path, content in tree(FIXTURES[0]).items():
        if b"hagen-agent" in content and path.endswith((".yaml", ".yml")) and "/cloud-init/" not in path:
            for one in documents(content):
                if isinstance(one, dict) and any(
                    subject.get("name") == "hagen-agent" for subject in one.get("subjects") or []
                ):
                    kinds = {**kinds, one["kind"]: [*kinds.get(one["kind"], []), path]}
    assert set(kinds) == {"RoleBinding"}


def test_the_database_account_may_log_in_and_nothing_besides() -> None:
    """SHOW GLOBAL STATUS needs no privilege."""
    (database,) = documents(tree(FIXTURES[0])["database/base/cluster.yaml"])
    (user,) = [user for user in database["spec"]["users"] if user["name"] == "hagen_agent"]
    assert set(user) <= {"name", "hosts", "passwordSecretRef", "grants", "dbs", "withGrantOption"}
    assert user.get("grants", ["USAGE"]) == ["USAGE"]
    assert not user.get("withGrantOption")
